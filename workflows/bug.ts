import { TemporalFailure } from '@temporalio/common';
import { condition, workflowInfo } from '@temporalio/workflow';

/** Whether an error is a mistake in the code: it fails the workflow task, which waits for corrected code. */
export function isBug(error: unknown): boolean {
  // How the SDK ends a run is no Temporal failure, and no mistake either.
  const endsRun = error instanceof Error && error.name === 'ContinueAsNew';
  return error !== undefined && !(error instanceof TemporalFailure) && !endsRun;
}

/**
 * Fails the workflow task for a mistake in the code that would be thrown later, when other work has ended: by then history would hold
 * what came after it, and the corrected code, which goes on at the mistake, would differ from it (TMPRL1100).
 *
 * Silent in replay: what was recorded went on, and replays with the code that made it do so.
 */
export function failTaskNow(error: unknown): void {
  if (!isBug(error) || workflowInfo().unsafe.isReplaying) return;
  void Promise.reject(error instanceof Error ? error : new Error(String(error)));
}

/** Resolves when all promises of this activation have come to rest. It has to be awaited where no cancellation reaches it. */
export async function atRest(): Promise<void> {
  let underWay = false;
  void Promise.resolve().then(() => (underWay = true));
  await condition(() => underWay);
}
