import { condition } from '@temporalio/workflow';
import type { Duration } from './duration';
import { longhaulFailure } from './failure';

export interface WaitForOptions {
  /** How long to wait: milliseconds, or a string such as `'3 days'`. Below 1 ms it waits 1 ms. */
  timeout: Duration;

  /** What is awaited, in a few words; it ends the failure message. @default 'the condition' */
  what?: string;
}

/**
 * Waits until `ready` returns true, and fails the workflow if it does not in time.
 *
 * `condition()` reports a timeout by resolving to `false`, which is easy to drop; `waitFor` has no result to drop.
 *
 * @param ready Called at once, then each time the workflow makes progress. Synchronous; must not mutate state.
 * @throws ApplicationFailure `LonghaulDeadline`, non-retryable, when `timeout` runs out first.
 * @throws CancelledFailure when the enclosing cancellation scope is cancelled.
 * @remarks Records one timer. Adding, removing or re-timing a call in a deployed workflow needs `patched()`.
 */
export async function waitFor(ready: () => boolean, options: WaitForOptions): Promise<void> {
  const { timeout, what = 'the condition' } = options;
  // The SDK reads a timeout of 0 through a patch marker; 1 ms is the shortest timer and records none.
  if (await condition(ready, typeof timeout === 'number' ? Math.max(1, timeout) : timeout)) return;
  const length = typeof timeout === 'number' ? `${timeout} ms` : timeout;
  throw longhaulFailure('LonghaulDeadline', `Waited ${length} for ${what}, which did not come`, {
    details: [{ timeout, what }],
  });
}
