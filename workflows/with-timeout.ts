import { TemporalFailure } from '@temporalio/common';
import { isCancellation } from '@temporalio/workflow';
import { longhaulFailure } from './failure';
import { checkFunction } from './options';
import { race } from './race';
import { checkLimit, limitEndsAt, limitInWords, limitPassed } from './time-limit';
import type { TimeLimit } from './time-limit';
import { workflowNow } from './workflow-now';
import { waitingOn } from './waits';

/** How long the work may take, and what to call it. */
export type WithTimeoutOptions = TimeLimit & {
  /** What is being done, in a few words; it ends the failure message. @default 'the work' */
  what?: string;
};

/**
 * Gives `work` a business time-out: when it has passed, what `work` waits for is cancelled, its clean-up is waited for, and it fails.
 *
 * The SDK's `CancellationScope.withTimeout` ends in a `CancelledFailure`, which can't be told from a cancelled workflow; and a
 * workflow timeout of the server's ends the workflow without any clean-up. This one is a failure that can be caught, by its name.
 *
 * @returns what `work` returned in time.
 * @throws ApplicationFailure `LonghaulDeadline`, non-retryable, once `work` has come to its end. Its cause is what `work` failed
 *   with other than the cancellation, such as `LonghaulCleanUp`.
 * @throws what `work` threw in time.
 * @throws CancelledFailure when the enclosing cancellation scope is cancelled.
 * @remarks Records one timer, and its cancellation where `work` ends in time; with a deadline one more each time it moves. Where the
 *   deadline has passed already it records none, and does not begin the work. Adding or removing a call in a deployed workflow needs `patched()`. A timer is a Cloud action.
 */
export async function withTimeout<T>(work: () => Promise<T>, options: WithTimeoutOptions): Promise<T> {
  checkLimit('withTimeout', options);
  checkFunction('withTimeout: its first argument', work, 'a function that does the work, and not its promise');
  const { what = 'the work' } = options;
  const until = limitEndsAt(options);
  if (until !== undefined && until <= workflowNow()) throw tooLate(options, what, undefined);
  const done = waitingOn({ kind: 'withTimeout', what, ...(until === undefined ? {} : { until }) });
  try {
    const { winner, losers } = await race({ work, late: () => limitPassed(options) });
    if (winner.name === 'late' && winner.result.status === 'fulfilled') throw tooLate(options, what, losers[0]?.result);
    if (winner.result.status === 'rejected') throw winner.result.reason;
    return winner.result.value as T;
  } finally {
    done();
  }
}

function tooLate(options: TimeLimit, what: string, work: PromiseSettledResult<unknown> | undefined): Error {
  const reason: unknown = work?.status === 'rejected' ? work.reason : undefined;
  // A bug in the clean-up is for corrected code to mend: it must not pass as a late answer.
  if (reason !== undefined && !(reason instanceof TemporalFailure)) return reason as Error;
  const given = options.timeout === undefined ? { deadline: options.deadline.at } : { timeout: options.timeout };
  return longhaulFailure('LonghaulDeadline', `${what} took too long (${limitInWords(options)}) and was called off`, {
    details: [{ ...given, what }],
    ...(reason === undefined || isCancellation(reason) ? {} : { cause: reason }),
  });
}
