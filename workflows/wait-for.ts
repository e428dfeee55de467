import { condition } from '@temporalio/workflow';
import { longhaulFailure } from './failure';
import { checkFunction } from './options';
import { race } from './race';
import { checkLimit, limitEndsAt, limitInWords, limitPassed } from './time-limit';
import type { TimeLimit } from './time-limit';
import { waitingOn } from './waits';

/** How long to wait, and for what. */
export type WaitForOptions = TimeLimit & {
  /** What is awaited, in a few words; it ends the failure message. @default 'the condition' */
  what?: string;
};

/**
 * Waits until `ready` returns true, and fails the workflow if it does not in time.
 *
 * `condition()` reports a timeout by resolving to `false`, which is easy to drop; `waitFor` has no result to drop. In a `longRunning`
 * body a `timeout` begins anew in each run: `deadline: run.deadline` doesn't.
 *
 * @param ready Called at once, then each time the workflow makes progress. Synchronous; must not mutate state.
 * @throws ApplicationFailure `LonghaulDeadline`, non-retryable, when the time runs out first.
 * @throws CancelledFailure when the enclosing cancellation scope is cancelled.
 * @remarks Records one timer; with a deadline one more each time that it moves, and none where it has passed already. Adding,
 *   removing or re-timing a call in a deployed workflow needs `patched()`. A timer is a Cloud action.
 */
export async function waitFor(ready: () => boolean, options: WaitForOptions): Promise<void> {
  checkLimit('waitFor', options);
  checkFunction('waitFor: its first argument', ready, 'a function that says whether it is so');
  const { timeout, deadline, what = 'the condition' } = options;
  const until = limitEndsAt(options);
  const done = waitingOn({ kind: 'waitFor', what, ...(until === undefined ? {} : { until }) });
  try {
    // The SDK reads a timeout of 0 through a patch marker; 1 ms is the shortest timer and records none.
    if (timeout !== undefined && (await condition(ready, typeof timeout === 'number' ? Math.max(1, timeout) : timeout)))
      return;
    if (deadline && (await readyBefore(ready, options))) return;
  } finally {
    done();
  }
  throw longhaulFailure('LonghaulDeadline', `Waited ${limitInWords(options)} for ${what}, which did not come`, {
    details: [timeout === undefined ? { deadline: deadline.at, what } : { timeout, what }],
  });
}

async function readyBefore(ready: () => boolean, limit: TimeLimit): Promise<boolean> {
  if (ready()) return true;
  const { winner } = await race({ ready: () => condition(ready), late: () => limitPassed(limit) });
  if (winner.result.status === 'rejected') throw winner.result.reason;
  return winner.name === 'ready';
}
