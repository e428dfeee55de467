import {
  CancellationScope,
  condition,
  defineSignal,
  isCancellation,
  proxyActivities,
  setHandler,
  sleep,
} from '@temporalio/workflow';
import type { ActivityOptions } from '@temporalio/workflow';
import { inbox, longRunning } from 'longhaul/workflows';

export const ping = defineSignal('ping');
export const add = defineSignal<[number]>('add');

/** Takes pings until it has had so many, and ends at once then. */
export async function takesPings(pings: number): Promise<void> {
  let had = 0;
  setHandler(ping, () => void (had += 1));
  await condition(() => had >= pings);
}

/** Ends without a look at what it was sent. */
export async function takesNothing(): Promise<void> {
  await sleep(1);
}

/** As many events as it is asked for, and three for each. */
export async function rests(times: number): Promise<void> {
  for (let at = 0; at < times; at += 1) await sleep(1);
}

/** Ends with as much text as it is asked for. */
export async function answers(length: number): Promise<string> {
  await sleep(1);
  return 'x'.repeat(length);
}

const options = { state: { version: 1, initial: () => ({}) } };

/** Rolls over when it is told to; the next run ends once it has taken what this one handed on. */
export const handsOn = longRunning('handsOn', { ...options, inboxes: { numbers: inbox(add) } }, async (run) => {
  while (run.isFirst) await run.safePoint().then(() => sleep(5));
  await run.inboxes.numbers.next();
});

/** The same, and nobody has declared what it hands on. */
export const handsOnUndeclared = longRunning('handsOnUndeclared', options, async (run) => {
  while (run.isFirst) await run.safePoint().then(() => sleep(5));
});

/** Has one activity scheduled with each of these options; none of them runs. */
export async function schedules(each: Record<string, ActivityOptions>): Promise<void> {
  const scope = new CancellationScope();
  const all = Object.entries(each).map(([name, given]) =>
    scope.run(() => {
      const activities = proxyActivities<Record<string, () => Promise<void>>>(given);
      return activities[name]?.() ?? Promise.resolve();
    }),
  );
  await sleep(1);
  scope.cancel();
  for (const one of await Promise.allSettled(all))
    if (one.status === 'rejected' && !isCancellation(one.reason)) throw one.reason;
}
