import { CancellationScope } from '@temporalio/workflow';

/**
 * Does `work` to its end, also when the workflow, the branch or the time-out around it is cancelled meanwhile.
 *
 * It is the SDK's `CancellationScope.nonCancellable` by the name of what it is for. It never ends early, so bound what may hang:
 * `shielded(() => withTimeout(undo, { timeout: '10 minutes' }))`.
 *
 * @throws what `work` throws.
 * @remarks Records nothing of its own. Wrapping a call in a deployed workflow changes only what a cancellation does to it; where one
 *   may have been recorded, that needs `patched()`.
 */
export async function shielded<T>(work: () => Promise<T>): Promise<T> {
  return await CancellationScope.nonCancellable(work);
}
