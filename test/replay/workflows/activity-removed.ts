import { condition, defineSignal, patched, proxyActivities, setHandler, sleep } from '@temporalio/workflow';

type Activities = Record<
  'reserveStock' | 'packParcel' | 'shipParcel' | 'sendReceipt',
  (order: string) => Promise<string>
>;

const { reserveStock, packParcel, shipParcel, sendReceipt } = proxyActivities<Activities>({
  startToCloseTimeout: '1 minute',
});

export const approve = defineSignal('approve');

/** An activity less: the next command comes in its place. */
export async function order(id: string): Promise<string> {
  let approved = false;
  setHandler(approve, () => void (approved = true));
  await reserveStock(id);
  await sleep(200); // diverges
  await Promise.all([packParcel(id), shipParcel(id)]);
  await condition(() => approved, '1 hour');
  if (patched('receipts')) await sendReceipt(id);
  return `${id} shipped`;
}
