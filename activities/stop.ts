import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { longhaulFailure } from '../workflows/failure';
import type { Details } from './checkpoint';
import type { Block } from './event-loop-watch';

/** Why an attempt has to end. */
export type StopReason =
  | 'CANCELLED'
  | 'PAUSED'
  | 'RESET'
  | 'SUPERSEDED'
  | 'UNSERIALIZABLE'
  | 'UNENCODED'
  | 'SHUTDOWN'
  | 'DEADLINE'
  | 'STALLED';

/** Why the core aborts an attempt, where that is not a cancellation. */
const coreReasons: Record<string, StopReason> = {
  WORKER_SHUTDOWN: 'SHUTDOWN',
  TIMED_OUT: 'SUPERSEDED',
  NOT_FOUND: 'SUPERSEDED',
  PAUSED: 'PAUSED',
  RESET: 'RESET',
};

export function coreReason(cause: unknown): StopReason {
  return coreReasons[cause instanceof Error ? cause.message : ''] ?? 'CANCELLED';
}

/**
 * Whether the worker aborts an attempt since it could not encode a beat of the core's. Nobody wants the attempt to end then, and ours,
 * which are tried again, tell whether the server goes on waiting for it.
 */
export function isBeatUnencoded(cause: unknown): boolean {
  return cause instanceof Error && cause.message === 'HEARTBEAT_DETAILS_CONVERSION_FAILED';
}

/** Makes a failure as things stand; `cause` is what the user's code threw of its own. */
type MakeFailure = (cause?: Error) => Error;

/** The one place that decides why an attempt ends: the first reason aborts the signal. */
export class Stop {
  private readonly controller = new AbortController();
  private current: { reason: StopReason; make: MakeFailure } | undefined;

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  get reason(): StopReason | undefined {
    return this.current?.reason;
  }

  /** What the attempt ends with, as things stand. */
  get failure(): Error | undefined {
    return this.current?.make();
  }

  /** @param make Makes what `signal.reason` tells now, and what the attempt fails with later. */
  end(reason: StopReason, make: MakeFailure): void {
    // A handover is this worker's own wish; what the server says later about the activity outweighs it.
    const own = this.current?.reason === 'SHUTDOWN' || this.current?.reason === 'DEADLINE';
    if (this.current && !own) return;
    this.current = { reason, make };
    this.controller.abort(make());
  }

  /** What the attempt fails with, where the user's code threw `error`. */
  failureFor(error: unknown): unknown {
    if (!this.current) return error;
    const { reason, make } = this.current;
    // What the activity says about its own end outweighs why it was asked to end.
    if (reason === 'CANCELLED' && this.isOwn(error)) return error;
    if ((reason === 'SHUTDOWN' || reason === 'DEADLINE') && this.isOwn(error) && error.nonRetryable === true)
      return error;
    return make(this.ownCause(error));
  }

  /** `error` itself, unless it is but what the signal said, as `fetch` and Node's timers pass it on. */
  private ownCause(error: unknown): Error | undefined {
    if (!(error instanceof Error) || error === this.signal.reason || error.name === 'AbortError') return undefined;
    return error;
  }

  /** Whether `error` is a failure that the user's code made, and not what it was told. */
  isOwn(error: unknown): error is ApplicationFailure {
    return error instanceof ApplicationFailure && error !== this.signal.reason;
  }
}

export const cancelled = () => new CancelledFailure('CANCELLED');

/** As the SDK fails an attempt that its own heartbeat told so. */
export const paused = () => ApplicationFailure.retryable('Activity paused', 'ActivityPause');
export const reset = () => ApplicationFailure.retryable('Activity reset', 'ActivityReset');

/** What a failure that ends an attempt tells the workflow, as its first detail. `activityOutcome` reads it. */
export interface StopDetail {
  why: 'shutdown' | 'startToClose' | 'scheduleToClose' | 'stalled';
  /** The last checkpoint, where it is small. */
  checkpoint?: Details;
}

/** @param pause What kept this attempt's beats from leaving, where that is known. */
export function superseded(pause?: Block) {
  const what = pause ? `: ${pauseText(pause)}` : '';
  return longhaulFailure(
    'LonghaulSuperseded',
    `The server no longer waits for this attempt: it timed out, or its workflow has ended${what}. A newer attempt may be running`,
    { retryable: true, ...(pause?.kind === 'blocked' ? { cause: eventLoopBlocked(pause) } : {}) },
  );
}

function eventLoopBlocked(block: Block) {
  return longhaulFailure('LonghaulEventLoopBlocked', pauseText(block), { retryable: true, details: [block] });
}

/** What a pause was, in words. */
export function pauseText({ ms, kind }: Block): string {
  const what = {
    blocked: `the event loop was blocked for ${ms} ms by synchronous code`,
    suspended: `the process stood still for ${ms} ms, suspended or on a machine without a free core`,
    unknown: `no JavaScript ran for ${ms} ms: the event loop was blocked, or the process stood still`,
  };
  return `${what[kind]}, and no heartbeat could leave`;
}

/** @param atOnce The next attempt need not wait: it has something to go on from. */
export function handover(
  why: StopDetail['why'],
  detail: Omit<StopDetail, 'why'>,
  { atOnce, cause }: { atOnce: boolean; cause?: Error | undefined },
) {
  const what = why === 'shutdown' ? 'The worker shuts down' : `The ${timeoutNames[why]} is near`;
  return longhaulFailure('LonghaulHandover', `${what}; the next attempt goes on from the last checkpoint`, {
    retryable: true,
    details: [{ why, ...detail }],
    ...(atOnce ? { nextRetryDelay: '1ms' } : {}),
    ...(cause ? { cause } : {}),
  });
}

const timeoutNames: Record<StopDetail['why'], string> = {
  shutdown: '',
  stalled: '',
  startToClose: 'start-to-close timeout',
  scheduleToClose: 'schedule-to-close timeout',
};

export function stalled(what: string, detail: Omit<StopDetail, 'why'>) {
  return longhaulFailure('LonghaulStalled', what, { retryable: true, details: [{ why: 'stalled', ...detail }] });
}

export function unwritable(error: unknown) {
  return longhaulFailure(
    'LonghaulCheckpoint',
    `A checkpoint could not be written: ${error instanceof Error ? error.message : String(error)}`,
    error instanceof Error ? { cause: error } : {},
  );
}

export function unencoded(error: unknown) {
  return longhaulFailure(
    'LonghaulCheckpoint',
    isBeatUnencoded(error)
      ? 'A beat could not be encoded, and the worker would not tell of its shutdown any more; with LonghaulPlugin in the worker the attempt goes on'
      : `No beat could be encoded for longer than the heartbeat timeout: ${error instanceof Error ? error.message : String(error)}`,
    { retryable: true, ...(error instanceof Error ? { cause: error } : {}) },
  );
}
