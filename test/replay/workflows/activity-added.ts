import { condition, defineSignal, patched, proxyActivities, setHandler, sleep } from '@temporalio/workflow';

type Activities = Record<
  'reserveStock' | 'chargeCard' | 'packParcel' | 'shipParcel' | 'sendReceipt' | 'askFraudDesk',
  (order: string) => Promise<string>
>;

const { reserveStock, chargeCard, packParcel, shipParcel, sendReceipt, askFraudDesk } = proxyActivities<Activities>({
  startToCloseTimeout: '1 minute',
});

export const approve = defineSignal('approve');

/** An activity more, without a patch. */
export async function order(id: string): Promise<string> {
  let approved = false;
  setHandler(approve, () => void (approved = true));
  await reserveStock(id);
  await askFraudDesk(id); // diverges
  await chargeCard(id);
  await sleep(200);
  await Promise.all([packParcel(id), shipParcel(id)]);
  await condition(() => approved, '1 hour');
  if (patched('receipts')) await sendReceipt(id);
  return `${id} shipped`;
}
