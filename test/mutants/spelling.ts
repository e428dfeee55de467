import { condition, defineSignal, patched, proxyActivities, setHandler, sleep } from '@temporalio/workflow';
import { order } from '../replay/workflows/recorded';

export { order };

type Activities = Record<
  'reserveStock' | 'chargeCard' | 'packParcel' | 'shipParcel' | 'sendReceipt' | 'askFraudDesk',
  (order: string) => Promise<string>
>;
const { reserveStock, chargeCard, packParcel, shipParcel, sendReceipt, askFraudDesk } = proxyActivities<Activities>({
  startToCloseTimeout: '1 minute',
});

/** As `order`, for those whose stock is Alice's. */
export async function picky(id: string): Promise<string> {
  let approved = false;
  setHandler(defineSignal('approve'), () => void (approved = true));
  const stock = await reserveStock(id);
  if (!stock.startsWith('Ali')) await askFraudDesk(id);
  await chargeCard(id);
  await sleep(200);
  await Promise.all([packParcel(id), shipParcel(id)]);
  await condition(() => approved, '1 hour');
  if (patched('receipts')) await sendReceipt(id);
  return `${id} shipped`;
}
