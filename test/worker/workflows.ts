import { proxyActivities } from '@temporalio/workflow';
import type { ActivityOptions } from '@temporalio/workflow';

/** Calls an activity three times; a failure of it is swallowed, as workflows do. */
export async function callsThrice(options: ActivityOptions): Promise<string[]> {
  const { work } = proxyActivities<{ work(): Promise<string> }>(options);
  const results: string[] = [];
  for (let time = 0; time < 3; time += 1) {
    try {
      results.push(await work());
    } catch {
      results.push('swallowed');
    }
  }
  return results;
}
