import { proxyActivities, sleep } from '@temporalio/workflow';
import type * as activities from './activities';

const { step } = proxyActivities<typeof activities>({ startToCloseTimeout: '1 minute' });

/** Six events a step, and five more for each tenth, which also waits. */
export async function steps(count: number): Promise<number> {
  let sum = 0;
  for (let at = 0; at < count; at += 1) {
    sum += (await step({ at, note: 'what an order has to say for itself' })).at;
    if (at % 10 === 9) await sleep(1);
  }
  return sum;
}
