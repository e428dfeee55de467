import { proxyActivities } from '@temporalio/workflow';
import type * as activities from './activities';

const retry = { initialInterval: '1 ms' } as const;
const watched = proxyActivities<typeof activities>({
  startToCloseTimeout: '1 hour',
  scheduleToCloseTimeout: '1 day',
  heartbeatTimeout: '1 second',
  retry,
});
// eslint-disable-next-line longhaul/require-heartbeat-timeout -- that is what the drill finds
const unwatched = proxyActivities<typeof activities>({
  startToCloseTimeout: '1 hour',
  scheduleToCloseTimeout: '1 day',
  retry,
});
const once = proxyActivities<typeof activities>({
  startToCloseTimeout: '1 hour',
  scheduleToCloseTimeout: '1 day',
  heartbeatTimeout: '1 second',
  retry: { maximumAttempts: 1 },
});

const pausing = (initialInterval: '1 hour' | '12 seconds') =>
  proxyActivities<typeof activities>({
    startToCloseTimeout: '1 hour',
    scheduleToCloseTimeout: '1 day',
    heartbeatTimeout: '1 second',
    retry: { initialInterval },
  });

const proxies: Partial<Record<keyof typeof activities, typeof watched>> = {
  unnoticed: unwatched,
  neverBeats: unwatched,
  triedOnce: once,
  pausesLong: pausing('1 hour'),
  comesLate: pausing('12 seconds'),
};

/** Calls the activity of that name. */
export async function drilled(name: keyof typeof activities): Promise<void> {
  await (proxies[name] ?? watched)[name]();
}
