import { CancellationScope, isCancellation, proxyActivities, proxyLocalActivities } from '@temporalio/workflow';
import type { ActivityOptions } from '@temporalio/workflow';

type Call = (...args: unknown[]) => Promise<unknown>;

/** Calls one activity with the options given. */
export async function call(name: string, args: unknown[], options: ActivityOptions): Promise<unknown> {
  const activity = proxyActivities<Record<string, Call>>(options)[name];
  return await activity?.(...args);
}

/** Calls it, cancels it when its workflow is cancelled, and tells how it ended. */
export async function callUntilCancelled(name: string, args: unknown[], options: ActivityOptions): Promise<string> {
  const activity = proxyActivities<Record<string, Call>>({
    ...options,
    cancellationType: 'WAIT_CANCELLATION_COMPLETED',
  })[name];
  try {
    await activity?.(...args);
    return 'completed';
  } catch (error) {
    if (!isCancellation(error)) throw error;
    return await CancellationScope.nonCancellable(() => Promise.resolve('cancelled'));
  }
}

export async function callLocally(name: string, args: unknown[]): Promise<unknown> {
  const activity = proxyLocalActivities<Record<string, Call>>({ startToCloseTimeout: '5 seconds' })[name];
  return await activity?.(...args);
}
