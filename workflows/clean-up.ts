import { TemporalFailure } from '@temporalio/common';
import { isCancellation } from '@temporalio/workflow';
import { isLonghaulFailure, longhaulFailure } from './failure';
import { shielded } from './shielded';
import { waitingOn } from './waits';

/** Why the work did not come to its end. */
export interface CutOff {
  /** Its time ran out (`LonghaulDeadline`), it was cancelled, or it failed. */
  readonly reason: 'deadline' | 'cancelled' | 'failed';
  readonly error: TemporalFailure;
}

/**
 * Does `work`, and where it does not come to its end undoes what it had done.
 *
 * A `finally` or `catch` around cancellable code has its first activity cancelled before it starts, and it also runs for bugs that a
 * corrected version would mend. `undo` runs shielded from cancellation, and only for failures that end a workflow: a plain
 * `Error` is rethrown at once, since it only makes the workflow task wait for corrected code.
 *
 * @param undo Told why. It may run again in the next run if the run rolls over meanwhile; keep its steps idempotent.
 * @returns what `work` returned.
 * @throws what `work` threw, once `undo` has ended.
 * @throws ApplicationFailure `LonghaulCleanUp`, non-retryable, when `undo` failed too; its cause is the failure of `undo`.
 * @remarks Records nothing of its own. Adding `undo` to a deployed workflow needs `patched()` where `work` may have been cut off.
 */
export async function cleanUp<T>(work: () => Promise<T>, undo: (why: CutOff) => Promise<unknown>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof TemporalFailure)) throw error;
    const reason = reasonOf(error);
    const done = waitingOn({ kind: 'cleanUp', what: reason });
    try {
      await shielded(() => undo({ reason, error }));
    } catch (failure) {
      if (!(failure instanceof TemporalFailure)) throw failure;
      throw longhaulFailure('LonghaulCleanUp', `The clean-up failed (${failure.message}) after: ${error.message}`, {
        cause: failure,
        details: [{ reason, after: error.message }],
      });
    } finally {
      done();
    }
    throw error;
  }
}

function reasonOf(error: TemporalFailure): CutOff['reason'] {
  if (isLonghaulFailure(error, 'LonghaulDeadline')) return 'deadline';
  return isCancellation(error) ? 'cancelled' : 'failed';
}
