import { setTimeout } from 'node:timers/promises';
import { ApplicationFailure } from '@temporalio/common';
import { longActivity } from 'longhaul/activities';

/** Makes its one checkpoint in the first attempt, and has the third tell what is left of it. */
export const checkpointsOnce = longActivity(
  { checkpoint: { parse: (value: unknown) => value as number } },
  async ({ checkpoint, attempt }) => {
    if (attempt === 1) await checkpoint.commit(5);
    // Long enough for the attempt's first beats.
    if (attempt === 2) await setTimeout(600);
    if (attempt < 3) throw ApplicationFailure.retryable(`attempt ${attempt} fails`);
    return checkpoint.last;
  },
);

export const quick = (): Promise<string> => Promise.resolve('done');
