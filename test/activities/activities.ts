import { appendFile } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import { activityInfo, Context, heartbeat } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { longActivity, isLonghaulFailure } from 'longhaul/activities';

/** What an activity did, noted outside of Temporal: a crash can't take it back. */
export type Note = [attempt: number, what: string, value?: unknown];

export const noteIn = (file: string, ...note: Note) => appendFile(file, `${JSON.stringify(note)}\n`);

const number = { checkpoint: { parse: (value: unknown) => value as number }, minCommitIntervalMs: 0 };

/** Commits 1 to `to`, then waits to be killed; the next attempt ends at once. */
export const commits = longActivity(number, async ({ checkpoint, attempt, signal }, file: string, to: number) => {
  await noteIn(file, attempt, 'began with', checkpoint.last);
  if (attempt > 1) return checkpoint.last;
  for (let at = 1; at <= to; at += 1) {
    await checkpoint.commit(at);
    await noteIn(file, attempt, 'committed', at);
  }
  await noteIn(file, attempt, 'waits');
  await setTimeout(60_000, undefined, { signal });
  return -1;
});

/** Commits without end, as fast as it may. */
export const commitsOn = longActivity(number, async ({ checkpoint, attempt, signal }, file: string) => {
  await noteIn(file, attempt, 'began with', checkpoint.last);
  if (attempt > 1) return checkpoint.last;
  for (let at = 1; !signal.aborted; at += 1) {
    await checkpoint.commit(at);
    await noteIn(file, attempt, 'committed', at);
  }
  return -1;
});

/** Saves `value` and waits until the beat after it has been sent. */
export const saves = longActivity(
  { checkpoint: { parse: (value: unknown) => value } },
  async ({ checkpoint, attempt, signal }, file: string, value: unknown) => {
    await noteIn(file, attempt, 'began with', checkpoint.last);
    if (attempt > 1) return checkpoint.last;
    checkpoint.save(value);
    await noteIn(file, attempt, 'waits');
    await setTimeout(60_000, undefined, { signal });
    return undefined;
  },
);

/** The SDK's own way: a heartbeat for each step. */
export async function plainBeats(file: string): Promise<unknown> {
  const { attempt, ...info } = activityInfo();
  const last: unknown = info.heartbeatDetails;
  await noteIn(file, attempt, 'began with', last);
  if (attempt > 1) return last;
  for (let at = 1; ; at += 1) {
    heartbeat(at);
    await noteIn(file, attempt, 'beat', at);
    await setTimeout(50);
  }
}

/** Saves a step and fails: nothing of it may be lost. */
export const failsOnce = longActivity(number, async ({ checkpoint, attempt }) => {
  if (attempt > 1) return checkpoint.last;
  checkpoint.save(5);
  await Promise.resolve();
  throw ApplicationFailure.retryable('fails once');
});

/** Waits for its signal, and notes that it came. */
export const observes = longActivity({}, async ({ signal, attempt }, file: string) => {
  await noteIn(file, attempt, 'waits');
  try {
    await setTimeout(60_000, undefined, { signal });
  } finally {
    await noteIn(file, attempt, 'aborted', signal.aborted);
  }
});

/** Waits until it is told to end, and notes why; the next attempt ends at once. */
export const told = longActivity(number, async ({ checkpoint, attempt, signal }, file: string) => {
  if (checkpoint.last !== undefined) return checkpoint.last;
  await noteIn(file, attempt, 'waits');
  try {
    await setTimeout(60_000, undefined, { signal });
  } finally {
    await noteIn(file, attempt, 'told', (signal.reason as ApplicationFailure).type);
    checkpoint.save(attempt);
  }
  return -1;
});

/** Commits after it has been suspended for longer than its heartbeat timeout. */
export const outlived = longActivity(number, async ({ checkpoint, attempt }, file: string) => {
  await noteIn(file, attempt, 'began with', checkpoint.last);
  if (attempt > 1) {
    await checkpoint.commit(100);
    await setTimeout(2_000);
    return checkpoint.last;
  }
  await checkpoint.commit(1);
  await noteIn(file, attempt, 'waits');
  for (let at = 2; ; at += 1) {
    await setTimeout(100);
    try {
      await checkpoint.commit(at);
    } catch (error) {
      const superseded = isLonghaulFailure(error, 'LonghaulSuperseded');
      await noteIn(file, attempt, 'refused', superseded && (error as Error).message);
      throw error;
    }
  }
});

/** Asks the server after each commit what it has. */
export const staleCommits = longActivity(number, async ({ checkpoint }, commits: number): Promise<number> => {
  const { client, info } = Context.current();
  const handle = client.workflow.getHandle(info.workflowExecution?.workflowId ?? '');
  let stale = 0;
  for (let at = 1; at <= commits; at += 1) {
    checkpoint.save(at - 0.5);
    // Across the beats of the interval, so that one is often on its way.
    await setTimeout((at * 37) % 100);
    await checkpoint.commit(at);
    const { raw } = await handle.describe();
    const data = raw.pendingActivities?.[0]?.heartbeatDetails?.payloads?.[0]?.data;
    const { value } = JSON.parse(Buffer.from(data ?? []).toString()) as { value: number };
    if (value < at) stale += 1;
  }
  return stale;
});

/** What a release with an older shape of checkpoint reads of this one. */
export const newerVersion = longActivity(
  { checkpoint: { version: 2, parse: (value: unknown) => value as { at: number } } },
  async ({ checkpoint, attempt }) => {
    if (attempt > 1) return checkpoint.last;
    await checkpoint.commit({ at: 3 });
    throw ApplicationFailure.retryable('the next attempt runs on older code');
  },
);

/** Reads what a plain activity left, as a checkpoint of version 0. */
export const adopted = longActivity(
  { checkpoint: { parse: (value: unknown, version: number) => ({ at: Number(value), version }) } },
  ({ checkpoint }) => Promise.resolve(checkpoint.last),
);

/** What the activity was before it became a longActivity. */
export function plainThenFail(): Promise<never> {
  heartbeat(7);
  return Promise.reject(ApplicationFailure.retryable('the next attempt is a longActivity'));
}

export const unwritable = longActivity(
  { checkpoint: { parse: (value: unknown) => value } },
  async ({ checkpoint }) => await checkpoint.commit(1n),
);

export const watched = longActivity({}, () => Promise.resolve('ran'));
export const watchedStrictly = longActivity({ enforce: 'error' }, () => Promise.resolve('ran'));
