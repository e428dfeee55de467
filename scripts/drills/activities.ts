import { setTimeout } from 'node:timers/promises';
import { longActivity } from 'longhaul/activities';
import type { Checkpoint } from 'longhaul/activities';
import { note } from './notes';

const number = { checkpoint: { parse: (value: unknown) => value as number } };

interface Begun {
  checkpoint: Checkpoint<number>;
  attempt: number;
}

/** The second attempt only tells where it begins. */
function begin({ checkpoint, attempt }: Begun, file: string): boolean {
  note(file, { attempt, from: checkpoint.last ?? 0, at: Date.now() });
  return attempt === 1;
}

/** No two steps take the same time, so that kills meet calls at every point. */
const step = () => setTimeout(Math.random() * 30);

/** Commits each step, each with a call of its own. */
export const commits = longActivity({ ...number, minCommitIntervalMs: 0 }, async (job, file: string) => {
  if (!begin(job, file)) return;
  for (let at = 1; ; at += 1) {
    note(file, { made: at });
    await job.checkpoint.commit(at);
    note(file, { committed: at });
    await step();
  }
});

/** Saves each step and commits each fifth; commits close to each other share a call. */
export const mixes = longActivity({ ...number, minCommitIntervalMs: 100 }, async (job, file: string) => {
  if (!begin(job, file)) return;
  for (let at = 1; ; at += 1) {
    note(file, { made: at });
    if (at % 5 === 0) {
      await job.checkpoint.commit(at);
      note(file, { committed: at });
    } else {
      job.checkpoint.save(at);
    }
    await step();
  }
});

/** Goes through pages, each committed when its body is done. */
export const pages = longActivity({ ...number, minCommitIntervalMs: 0 }, async (job, file: string) => {
  if (!begin(job, file)) return;
  for await (const { cursor } of job.checkpoint.resume(source, { keep: 'commit' })) {
    // The loop came back for this page, so the one before has been committed.
    if (cursor > 1) note(file, { committed: cursor - 1 });
    note(file, { made: cursor });
    await step();
  }
});

async function* source(from = 0): AsyncGenerator<{ cursor: number }> {
  for (let cursor = from + 1; ; cursor += 1) {
    await step();
    yield { cursor };
  }
}
