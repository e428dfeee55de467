import { setTimeout } from 'node:timers/promises';
import { activityInfo, heartbeat } from '@temporalio/activity';
import { longActivity } from 'longhaul/activities';
import { note } from './notes';

/** Milliseconds between two checkpoints. */
const stepMs = 50;

/** Makes a checkpoint a step in its first attempt; the second tells where it would go on. */
async function countOn(file: string, attempt: number, last: number | undefined, keep: (at: number) => unknown) {
  note(file, { attempt, from: last ?? 0, at: Date.now() });
  if (attempt > 1) return;
  for (let at = 1; ; at += 1) {
    await keep(at);
    note(file, { made: at });
    await setTimeout(stepMs);
  }
}

/** The SDK's own way. */
export async function stock(file: string): Promise<void> {
  const info = activityInfo();
  await countOn(file, info.attempt, info.heartbeatDetails as number | undefined, heartbeat);
}

const checkpoint = { parse: (value: unknown) => value as number };

export const save = longActivity({ checkpoint }, ({ checkpoint, attempt }, file: string) =>
  countOn(file, attempt, checkpoint.last, (at) => checkpoint.save(at)),
);

/** Each commit makes a call of its own: what several commits in a second share would hide what one costs. */
export const commit = longActivity({ checkpoint, minCommitIntervalMs: 0 }, ({ checkpoint, attempt }, file: string) =>
  countOn(file, attempt, checkpoint.last, (at) => checkpoint.commit(at)),
);
