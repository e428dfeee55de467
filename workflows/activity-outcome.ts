import { ActivityFailure, ApplicationFailure, CancelledFailure, TimeoutFailure } from '@temporalio/common';

/** How far an activity got that did not complete, as far as the server can tell. */
export type ActivityOutcome =
  /** No worker took it: nothing has happened. */
  | { outcome: 'neverStarted' }
  /** It ran, and how far is not known: all of its effects may have happened, or none. */
  | { outcome: 'unknown'; timeout: TimeoutFailure['timeoutType'] }
  /** It got at least to this checkpoint: hand it to the next scheduling as an argument, which begins without one. */
  | { outcome: 'atCheckpoint'; checkpoint: unknown; version: number; why: 'timeout' | 'handedOver' | 'stalled' }
  /** It gave its work back to another attempt, and no attempt was left; it had no checkpoint, or a large one. */
  | { outcome: 'handedOver' }
  /** It hung, and no attempt was left; it had no checkpoint, or a large one. */
  | { outcome: 'stalled' }
  | { outcome: 'cancelled' }
  /** Its code threw. */
  | { outcome: 'failed'; type: string | undefined; message: string; nonRetryable: boolean };

/**
 * What became of an activity whose call threw: the difference between "try again", "go on from here" and "ask what happened".
 *
 * @param error What `await activity(…)` threw.
 * @returns undefined for what is no activity's failure.
 * @remarks Records nothing; pure. The checkpoint is that of the last beat the server has; with `commit` it is the last one committed.
 */
export function activityOutcome(error: unknown): ActivityOutcome | undefined {
  if (error instanceof CancelledFailure) return { outcome: 'cancelled' };
  if (!(error instanceof ActivityFailure)) return undefined;
  const { cause } = error;
  if (cause instanceof CancelledFailure) return { outcome: 'cancelled' };
  if (cause instanceof TimeoutFailure) return ofTimeout(cause);
  if (cause instanceof ApplicationFailure) return ofFailure(cause);
  return { outcome: 'failed', type: cause?.name, message: cause?.message ?? error.message, nonRetryable: false };
}

function ofTimeout({ timeoutType, lastHeartbeatDetails, cause }: TimeoutFailure): ActivityOutcome {
  const reached = checkpointIn(lastHeartbeatDetails);
  if (reached) return { outcome: 'atCheckpoint', ...reached, why: 'timeout' };
  // A later attempt may have waited in vain for a worker after an earlier one ran: that one beat, or failed.
  const ran = lastHeartbeatDetails != null || cause !== undefined;
  if (timeoutType === 'SCHEDULE_TO_START' && !ran) return { outcome: 'neverStarted' };
  return { outcome: 'unknown', timeout: timeoutType };
}

function ofFailure({ type, message, nonRetryable, details }: ApplicationFailure): ActivityOutcome {
  const why = type === 'LonghaulHandover' ? 'handedOver' : type === 'LonghaulStalled' ? 'stalled' : undefined;
  if (why === undefined)
    return { outcome: 'failed', type: type ?? undefined, message, nonRetryable: nonRetryable ?? false };
  const [detail] = (details ?? []) as ({ checkpoint?: unknown } | undefined)[];
  const reached = checkpointIn(detail?.checkpoint);
  return reached ? { outcome: 'atCheckpoint', ...reached, why } : { outcome: why };
}

/** The checkpoint in what a beat carried; the details of a plain `heartbeat()` count as one of version 0. */
function checkpointIn(details: unknown): { checkpoint: unknown; version: number } | undefined {
  if (details === undefined || details === null) return undefined;
  if (typeof details !== 'object' || !('longhaul' in details)) return { checkpoint: details, version: 0 };
  const { longhaul, version, value } = details as { longhaul: unknown; version?: unknown; value?: unknown };
  if (longhaul !== 'checkpoint' || typeof version !== 'number') return undefined;
  return { checkpoint: value, version };
}
