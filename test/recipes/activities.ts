import { setTimeout } from 'node:timers/promises';
import { ApplicationFailure } from '@temporalio/common';
import { activityInfo } from '@temporalio/activity';
import { longActivity } from 'longhaul/activities';
import { mintCallbackToken } from 'longhaul/client';
import type { CleanupPart, Page } from 'longhaul/recipes';

export { childOutcomes } from 'longhaul/activities';

export const keys = { current: { id: 'k1', secret: 'a secret of at least thirty-two bytes' } };

/** What the activities did, by workflow id; a worker in a process of its own has one of its own. */
export const notes = new Map<string, string[]>();

export function note(...words: (string | number)[]): void {
  const { workflowExecution } = activityInfo();
  const id = workflowExecution?.workflowId ?? '';
  notes.set(id, [...(notes.get(id) ?? []), words.join(' ')]);
}

const ownNotes = () => notes.get(activityInfo().workflowExecution?.workflowId ?? '') ?? [];

export interface JobStatus {
  asked: number;
  done: boolean;
  retryAfterMs?: number;
}

/** A job that is done when it has been asked so often. */
export async function jobStatus(doneAt: number, retryAfterMs?: number): Promise<JobStatus> {
  note('asked', Date.now());
  const asked = ownNotes().length;
  await Promise.resolve();
  return { asked, done: asked >= doneAt, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
}

export async function remind(to: string[], reminder: number): Promise<void> {
  note('reminded', reminder, to.join('+'));
  await Promise.resolve();
  if (to.includes('nobody')) throw ApplicationFailure.nonRetryable('no such mailbox');
}

/** Asks another system to begin, with a token to call back with; the token is for the test to see. */
export async function submitJob(item: string): Promise<void> {
  const { namespace, workflowExecution } = activityInfo();
  const { workflowId = '' } = workflowExecution ?? {};
  note(item, mintCallbackToken(keys, { namespace, workflowId, item, expiresAt: Date.now() + 60_000 }));
  await Promise.resolve();
}

/** What the fall-back poll finds: an outcome from the third time on. */
export async function jobOutcome(item: string): Promise<string | undefined> {
  note('polled', item);
  await Promise.resolve();
  return ownNotes().filter((line) => line === `polled ${item}`).length >= 3 ? `${item} by poll` : undefined;
}

export async function numbersFrom(cursor: number | undefined, to: number, size: number): Promise<Page<number, number>> {
  const from = cursor ?? 1;
  const end = Math.min(to, from + size - 1);
  await Promise.resolve();
  const items = Array.from({ length: end - from + 1 }, (_, index) => from + index);
  return end < to ? { items, next: end + 1 } : { items };
}

export async function square(n: number, poisonEach?: number, slowMs = 0): Promise<number> {
  note('squared', n);
  if (slowMs > 0) await setTimeout(slowMs);
  if (poisonEach !== undefined && n % poisonEach === 0) throw ApplicationFailure.nonRetryable(`${n} is poison`);
  return n * n;
}

export async function store(items: { id: string; key: string }[], key: string): Promise<void> {
  note(`begin ${key}`, ...items.map(({ id }) => id));
  await setTimeout(20);
  note(`end ${key}`);
  if (items.some(({ id }) => id === 'poison')) throw ApplicationFailure.nonRetryable('poison');
}

export async function stageOf(name: string, input: number): Promise<number> {
  note(name, input);
  await Promise.resolve();
  return input * 10 + 1;
}

/** Cleans up three things a call; the second round's first call stalls after a checkpoint until it is timed out. */
export const sweep = longActivity(
  { checkpoint: { parse: (value) => Number(value) }, minCommitIntervalMs: 0 },
  async ({ checkpoint, signal }, from: number, stall: boolean, to: number): Promise<CleanupPart<number>> => {
    note('sweep from', from);
    if (stall) {
      await checkpoint.commit(from + 2);
      await setTimeout(10_000, undefined, { signal });
    }
    const next = from + 3;
    return next < to ? { next, removed: 3 } : { removed: to - from };
  },
);
