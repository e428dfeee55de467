import {
  CancellationScope,
  allHandlersFinished,
  condition,
  currentUpdateInfo,
  log,
  makeContinueAsNewFunc,
} from '@temporalio/workflow';
import type { ContinueAsNewOptions, Workflow } from '@temporalio/workflow';
import { CancelledFailure } from '@temporalio/common';
import type { Duration } from './duration';

export interface PlainRollOverOptions extends ContinueAsNewOptions {
  /** How long it waits for the handlers of signals and updates that are under way. @default '10 minutes' */
  drainTimeout?: Duration;
}

/**
 * Continues a plain workflow function as new once nothing is under way that the next run would not know of.
 *
 * `continueAsNew()` alone ends the run at once: handlers under way are cut off, updates stay without an answer, and a signal
 * that comes while its arguments are made is left behind.
 *
 * @param args Makes the next run's arguments. Called last of all, so that they hold what handlers did meanwhile.
 * @throws CancelledFailure when the scope is cancelled: the next run would not hear of it.
 * @throws TypeError when it is called in an update's handler, which would wait for itself.
 * @throws ContinueAsNew, which is how the SDK ends the run: don't catch it.
 * @remarks Records the continue-as-new, and one timer where it has to wait for a handler; each is a Cloud action. Adding the call to
 *   a deployed workflow needs `patched()`.
 */
export async function rollOver<F extends Workflow>(
  args: () => Parameters<F>,
  { drainTimeout = '10 minutes', ...options }: PlainRollOverOptions = {},
): Promise<never> {
  if (currentUpdateInfo()) throw new TypeError('rollOver() in the handler of an update would wait for itself');
  if (!allHandlersFinished() && !(await condition(allHandlersFinished, drainTimeout))) {
    log.warn(`longhaul: rolls over with handlers under way, which did not finish within ${drainTimeout}`);
  }
  if (CancellationScope.current().consideredCancelled) {
    throw new CancelledFailure('Cancelled before it rolled over');
  }
  return await makeContinueAsNewFunc<F>(options)(...args());
}
