import { setTimeout } from 'node:timers/promises';
import { isLonghaulFailure, longActivity } from 'longhaul/activities';
import { noteIn } from './activities';

const number = { checkpoint: { parse: (value: unknown) => value as number }, minCommitIntervalMs: 0 };

/** Hangs in its first attempt, beating; the second tells where it would go on. */
export const hangsOnce = longActivity(
  { ...number, stallAfter: 1_500 },
  async ({ checkpoint, attempt }, file: string) => {
    await noteIn(file, attempt, 'began', Date.now());
    if (attempt > 1) return checkpoint.last;
    await checkpoint.commit(1);
    await noteIn(file, attempt, 'hangs', Date.now());
    await setTimeout(60_000, undefined, { ref: false });
    return -1;
  },
);

/** Holds the event loop for longer than its heartbeat timeout, in its first attempt. */
export const blocksOnce = longActivity(number, async ({ checkpoint, attempt }, file: string, ms: number) => {
  if (attempt > 1) return checkpoint.last;
  await checkpoint.commit(1);
  await noteIn(file, attempt, 'blocks');
  const until = Date.now() + ms;
  while (Date.now() < until);
  try {
    for (let at = 2; ; at += 1) {
      await setTimeout(50);
      await checkpoint.commit(at);
    }
  } catch (error) {
    await noteIn(file, attempt, 'refused', [
      isLonghaulFailure(error, 'LonghaulSuperseded'),
      isLonghaulFailure(error, 'LonghaulEventLoopBlocked'),
    ]);
    throw error;
  }
});
