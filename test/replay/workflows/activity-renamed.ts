import { condition, defineSignal, patched, proxyActivities, setHandler, sleep } from '@temporalio/workflow';

type Activities = Record<
  'reserveStock' | 'packParcel' | 'shipParcel' | 'sendReceipt' | 'chargeCardV2',
  (order: string) => Promise<string>
>;

const { reserveStock, packParcel, shipParcel, sendReceipt, chargeCardV2 } = proxyActivities<Activities>({
  startToCloseTimeout: '1 minute',
});

export const approve = defineSignal('approve');

/** Another activity in the place of the old one. */
export async function order(id: string): Promise<string> {
  let approved = false;
  setHandler(approve, () => void (approved = true));
  await reserveStock(id);
  await chargeCardV2(id); // diverges
  await sleep(200);
  await Promise.all([packParcel(id), shipParcel(id)]);
  await condition(() => approved, '1 hour');
  if (patched('receipts')) await sendReceipt(id);
  return `${id} shipped`;
}
