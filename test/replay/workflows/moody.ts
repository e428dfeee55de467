import { condition, defineSignal, patched, proxyActivities, setHandler, sleep } from '@temporalio/workflow';

type Activities = Record<
  'reserveStock' | 'chargeCard' | 'packParcel' | 'shipParcel' | 'sendReceipt',
  (order: string, more?: unknown) => Promise<string>
>;
const { reserveStock, chargeCard, packParcel, shipParcel, sendReceipt } = proxyActivities<Activities>({
  startToCloseTimeout: '1 minute',
});
const approve = defineSignal('approve');
const RealDate = Date.prototype.constructor as DateConstructor;

/** Its arguments depend on the machine, in three ways that the sandbox lets pass. */
export async function order(id: string): Promise<string> {
  let approved = false;
  setHandler(approve, () => void (approved = true));
  await reserveStock(id, new Date(2026, 0, 1).getTime()); // the zone
  await chargeCard(id, (1234.5).toLocaleString()); // the locale
  await sleep(200);
  await Promise.all([packParcel(id, new RealDate().getFullYear() * 12 + new RealDate().getMonth()), shipParcel(id)]); // the clock
  await condition(() => approved, '1 hour');
  if (patched('receipts')) await sendReceipt(id);
  return `${id} shipped`;
}
