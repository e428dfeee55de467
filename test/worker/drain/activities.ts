import { existsSync } from 'node:fs';
import { appendFile } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import { activityInfo } from '@temporalio/activity';
import { longActivity } from 'longhaul/activities';

const note = (file: string, ...words: unknown[]) => appendFile(file, `${words.join(' ')}\n`);

/** A short one, which knows nothing of shutdowns. It is held up while there is a file beside `file`. */
export async function pack(file: string, id: number): Promise<void> {
  await setTimeout(100);
  if (existsSync(`${file}.hold`)) {
    await note(file, 'held', id);
    while (existsSync(`${file}.hold`)) await setTimeout(20);
  }
  await note(file, 'packed', id, activityInfo().attempt);
}

interface Progress {
  at: number;
  begins: number[];
}

/** A long one: counts on from what was committed last, and returns where each of its attempts began. */
export const count = longActivity(
  { checkpoint: { version: 1, parse: (value) => value as Progress }, minCommitIntervalMs: 0 },
  async ({ checkpoint, signal, attempt }, file: string, to: number) => {
    const { at, begins } = checkpoint.last ?? { at: 0, begins: [] };
    begins.push(at);
    for (let next = at + 1; next <= to; next += 1) {
      await setTimeout(20, undefined, { signal });
      await checkpoint.commit({ at: next, begins });
      await note(file, 'committed', next, attempt);
    }
    return begins;
  },
);

/** Hears nothing. */
export async function ignores(file: string): Promise<void> {
  await note(file, 'ignores');
  await setTimeout(60_000);
}
