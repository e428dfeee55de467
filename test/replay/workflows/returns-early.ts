import { defineSignal, proxyActivities, setHandler } from '@temporalio/workflow';

type Activities = Record<'reserveStock' | 'chargeCard', (order: string) => Promise<string>>;

const { reserveStock, chargeCard } = proxyActivities<Activities>({
  startToCloseTimeout: '1 minute',
});

export const approve = defineSignal('approve');

/** Returns where the recorded workflow went on. */
export async function order(id: string): Promise<string> {
  setHandler(approve, () => undefined);
  await reserveStock(id);
  await chargeCard(id); // diverges
  return `${id} shipped`;
}
