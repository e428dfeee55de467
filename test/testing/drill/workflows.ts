import { proxyActivities } from '@temporalio/workflow';
import type * as activities from './activities';

const retry = { initialInterval: '1 ms' } as const;
const watched = proxyActivities<typeof activities>({
  startToCloseTimeout: '1 hour',
  heartbeatTimeout: '1 second',
  retry,
});
// eslint-disable-next-line longhaul/require-heartbeat-timeout -- that is what the drill finds
const unwatched = proxyActivities<typeof activities>({ startToCloseTimeout: '1 hour', retry });
const once = proxyActivities<typeof activities>({
  startToCloseTimeout: '1 hour',
  heartbeatTimeout: '1 second',
  retry: { maximumAttempts: 1 },
});

/** Calls the activity of that name. */
export async function drilled(name: keyof typeof activities): Promise<void> {
  await (name === 'unnoticed' ? unwatched : name === 'triedOnce' ? once : watched)[name]();
}
