import { proxyActivities, sleep } from '@temporalio/workflow';

const { reserveStock, chargeCard } = proxyActivities<
  Record<'reserveStock' | 'chargeCard', (id: string) => Promise<number>>
>({
  startToCloseTimeout: '1 minute',
});

/** Never ends for a number that is no multiple of 100,000, as a redacted one will be. */
export async function order(id: string): Promise<void> {
  let rounds = 0;
  for (let left = await reserveStock(id); left !== 0; left -= 100_000) rounds += 1;
  if (rounds === 3) await chargeCard(id);
  await sleep(1);
}
