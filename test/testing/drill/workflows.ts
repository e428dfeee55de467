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

const pausing = (
  initialInterval: '1 hour' | '12 seconds' | '3200 ms',
  heartbeatTimeout: '1 second' | '1500 ms' = '1 second',
) =>
  proxyActivities<typeof activities>({
    startToCloseTimeout: '1 hour',
    scheduleToCloseTimeout: '1 day',
    heartbeatTimeout,
    retry: { initialInterval, backoffCoefficient: 1 },
  });

const proxies: Partial<Record<keyof typeof activities, typeof watched>> = {
  unnoticed: unwatched,
  neverBeats: unwatched,
  triedOnce: once,
  pausesLong: pausing('1 hour'),
  comesLate: pausing('12 seconds'),
  forgetsToBeat: pausing('3200 ms', '1500 ms'),
};

/** Calls the activity of that name. */
export async function drilled(name: keyof typeof activities): Promise<void> {
  await (proxies[name] ?? watched)[name]();
}

export async function endsAtOnce(): Promise<void> {
  await Promise.resolve();
}
