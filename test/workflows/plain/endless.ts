import { condition, proxyActivities, setHandler } from '@temporalio/workflow';
import type * as activities from '../activities';
import { addParcel, codeQuery } from './queue';

const { ship } = proxyActivities<typeof activities>({ startToCloseTimeout: '20 seconds' });

/** The queue before it had a way to continue as new, or an end. */
export async function parcels(depot: string): Promise<string> {
  const waiting: string[] = [];
  const seen = new Set<string>();
  setHandler(codeQuery, () => 'plain');
  setHandler(addParcel, ({ id }) => {
    if (seen.has(id)) return;
    seen.add(id);
    waiting.push(id);
  });
  for (;;) {
    await condition(() => waiting.length > 0);
    await ship(`${depot}/${waiting.shift() ?? ''}`);
  }
}
