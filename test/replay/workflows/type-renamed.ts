import { condition, defineSignal, patched, proxyActivities, setHandler, sleep } from '@temporalio/workflow';

type Activities = Record<
  'reserveStock' | 'chargeCard' | 'packParcel' | 'shipParcel' | 'sendReceipt',
  (order: string) => Promise<string>
>;

const { reserveStock, chargeCard, packParcel, shipParcel, sendReceipt } = proxyActivities<Activities>({
  startToCloseTimeout: '1 minute',
});

export const approve = defineSignal('approve');

/** No longer exports the recorded type. */
export async function purchase(id: string): Promise<string> {
  let approved = false;
  setHandler(approve, () => void (approved = true));
  await reserveStock(id);
  await chargeCard(id);
  await sleep(200);
  await Promise.all([packParcel(id), shipParcel(id)]);
  await condition(() => approved, '1 hour');
  if (patched('receipts')) await sendReceipt(id);
  return `${id} shipped`;
}
