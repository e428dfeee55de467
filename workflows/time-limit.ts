import { condition, sleep } from '@temporalio/workflow';
import { lengthOfTime } from './duration';
import type { Duration } from './duration';
import { checkGiven } from './options';
import { workflowNow } from './workflow-now';

/** A point in time that may be moved while somebody waits for it; `run.deadline` is one. */
export interface MovableDeadline {
  /** Milliseconds since the epoch; undefined where none is set. */
  readonly at: number | undefined;
}

// What has passed already is waited for as well, for 1 ms.
const anyFinite = { least: -Number.MAX_VALUE, most: Number.MAX_VALUE };

/** How long something may take: a length from now on, or a point in time. */
export type TimeLimit =
  | {
      /** How long, from the call on: milliseconds, or a string such as `'3 days'`. Below 1 ms it is 1 ms. */
      timeout: Duration;
      deadline?: never;
    }
  | {
      /** Until when; it is followed when it moves. In a `longRunning` body use `run.deadline`, which outlives the run. */
      deadline: MovableDeadline;
      timeout?: never;
    };

/** @throws Error that fails the workflow task, when the limit names no time or two. */
export function checkLimit(who: string, options: TimeLimit): void {
  checkGiven(who, '', options, ['timeout', 'deadline', 'what']);
  const { timeout, deadline } = options;
  if ((timeout === undefined) === (deadline === undefined)) {
    throw new TypeError(`${who} needs either \`timeout\` or \`deadline\``);
  }
  if (deadline && deadline.at === undefined) {
    // longhaul-ignore no-plain-error: misuse: the task waits for corrected code
    throw new Error(`${who} was given a deadline that is not set: set run.deadline first, or give it a timeout`);
  }
  if (timeout !== undefined) lengthOfTime(`${who}: timeout`, timeout, anyFinite);
}

/** When the limit, as it stands, will have passed: milliseconds since the epoch. */
export function limitEndsAt({ timeout, deadline }: TimeLimit): number | undefined {
  return timeout === undefined ? deadline.at : workflowNow() + shortestTimer(timeout);
}

/**
 * Resolves when the limit has passed.
 *
 * @remarks Records one timer, one more for each time that the deadline moves meanwhile, and none where it has passed already.
 */
export async function limitPassed({ timeout, deadline }: TimeLimit): Promise<void> {
  if (timeout !== undefined) {
    await sleep(shortestTimer(timeout));
    return;
  }
  for (;;) {
    const { at } = deadline;
    const moved = () => deadline.at !== at;
    if (at === undefined) {
      await condition(moved);
      continue;
    }
    const left = at - workflowNow();
    if (left <= 0) return;
    await condition(moved, left);
  }
}

/** The limit in words, for a message. */
export function limitInWords({ timeout, deadline }: TimeLimit): string {
  if (timeout !== undefined) return typeof timeout === 'number' ? `${timeout} ms` : timeout;
  return `until ${deadline.at === undefined ? 'its deadline' : new Date(deadline.at).toISOString()}`;
}

/** The SDK reads a timeout of 0 through a patch marker; 1 ms is the shortest timer and records none. */
function shortestTimer(timeout: Duration): number {
  return Math.max(1, lengthOfTime('timeout', timeout, anyFinite));
}
