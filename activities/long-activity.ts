import { CompleteAsyncError, Context } from '@temporalio/activity';
import { ActivityNotFoundError } from '@temporalio/client';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { longhaulFailure } from '../workflows/failure';
import { Beats } from './beats';
import type { StopReason } from './beats';
import { readCheckpoint } from './checkpoint';
import type { Checkpoint, CheckpointOptions, Details } from './checkpoint';
import { enforcement } from './enforcement';
import type { Enforce } from './enforcement';
import { workerLink } from './worker-link';

export interface LongActivityOptions<C> {
  /** How checkpoints are read back. Without it the activity only beats. */
  checkpoint?: CheckpointOptions<C>;

  /** What happens without a `heartbeatTimeout`. @default what the worker's `LonghaulPlugin` says, else 'warn' */
  enforce?: Enforce;

  /** Commits closer than this many milliseconds share one call to the server, each still acknowledged. @default 1_000 */
  minCommitIntervalMs?: number;
}

/** What a long activity works with. */
export interface LongActivityJob<C> {
  readonly checkpoint: Checkpoint<C>;

  /** Aborts on cancellation, worker shutdown, and when the server no longer waits for this attempt. Pass it to all that waits. */
  readonly signal: AbortSignal;

  /** Which attempt this is, from 1. */
  readonly attempt: number;
}

/** Without a heartbeat timeout nobody waits for a beat; this is how often a checkpoint is brought to safety all the same. */
const defaultIntervalMs = 20_000;
/** 45 s → every 18 s: a beat may be lost or late, and the next one still arrives in time. */
const intervalShare = 0.4;
const flushMs = 5_000;

/** Why the core aborts an attempt, where that is not a cancellation. */
const coreReasons: Record<string, StopReason | 'SHUTDOWN'> = {
  WORKER_SHUTDOWN: 'SHUTDOWN',
  TIMED_OUT: 'SUPERSEDED',
  NOT_FOUND: 'SUPERSEDED',
};

/**
 * Makes an activity of `fn` that can't die unseen: it beats by itself, keeps checkpoints, and stops when it is no longer wanted.
 *
 * The SDK's `heartbeat()` is throttled to 80 % of the heartbeat timeout, so that a crash loses every checkpoint since the last
 * one sent; a `commit` here returns when the server has it.
 *
 * @throws ApplicationFailure `LonghaulHeartbeatTimeout`, retryable, where the caller set no `heartbeatTimeout` and `enforce` is
 *   'error'; non-retryable as a local activity, which can't beat.
 * @throws ApplicationFailure `LonghaulHandover`, retryable at once, when the worker shuts down: the next attempt goes on.
 * @throws CancelledFailure when the activity was cancelled and `fn` gave up.
 * @remarks Each beat and commit that reaches the server is a billed action on Temporal Cloud; nothing lands in history but the
 *   last details in a timeout's failure. `fn` must not call `heartbeat()` itself: it would overwrite a newer checkpoint.
 */
export function longActivity<Args extends unknown[], Result, C = never>(
  options: LongActivityOptions<C>,
  fn: (job: LongActivityJob<C>, ...args: Args) => Promise<Result>,
): (...args: Args) => Promise<Result> {
  const { minCommitIntervalMs = 1_000 } = options;
  if (!(minCommitIntervalMs >= 0)) {
    throw new TypeError(`longActivity: minCommitIntervalMs is ${minCommitIntervalMs}; use milliseconds from 0`);
  }
  return async (...args) => {
    const context = Context.current();
    const { info } = context;
    requireHeartbeatTimeout(context, options.enforce ?? enforcement.getStore() ?? 'warn');
    const inherited = readCheckpoint(info.heartbeatDetails, options.checkpoint);
    const { client } = context;
    const link = workerLink.getStore();
    const stop = new AbortController();
    let reason: StopReason | 'SHUTDOWN' | undefined;
    const end = (why: StopReason | 'SHUTDOWN', error: unknown) => {
      reason ??= why;
      stop.abort(error);
    };
    const beats = new Beats({
      intervalMs: info.heartbeatTimeoutMs ? info.heartbeatTimeoutMs * intervalShare : defaultIntervalMs,
      minCommitIntervalMs,
      send: (details) => {
        link?.beat();
        return client.activity.heartbeat(info.taskToken, details, {
          serializationContext: {
            type: 'activity',
            namespace: info.namespace,
            activityId: info.activityId,
            isLocal: info.isLocal,
            ...(info.workflowExecution ? { workflowId: info.workflowExecution.workflowId } : {}),
          },
        });
      },
      onStop: end,
    });
    const cancelled = () => {
      const cause: unknown = context.cancellationSignal.reason;
      end(coreReasons[cause instanceof Error ? cause.message : ''] ?? 'CANCELLED', cause);
    };
    if (context.cancellationSignal.aborted) cancelled();
    else context.cancellationSignal.addEventListener('abort', cancelled);
    const shutDown = () => end('SHUTDOWN', link?.shutdown.reason);
    if (link?.shutdown.aborted) shutDown();
    else link?.shutdown.addEventListener('abort', shutDown);

    const version = options.checkpoint?.version ?? 1;
    let last = inherited?.value;
    const toDetails = (value: C): Details => ({ longhaul: 'checkpoint', version, value: (last = value) });
    const job: LongActivityJob<C> = {
      checkpoint: {
        get last() {
          return last;
        },
        save: (value) => beats.save(toDetails(value)),
        commit: async (value) => {
          try {
            await beats.commit(toDetails(value));
          } catch (error) {
            throw error instanceof ActivityNotFoundError ? superseded() : error;
          }
        },
      },
      signal: stop.signal,
      attempt: info.attempt,
    };
    beats.start(inherited && toDetails(inherited.value));
    try {
      return await fn(job, ...args);
    } catch (error) {
      await beats.flush(flushMs);
      // The core has not heard of a cancellation that came with the answer to a beat of ours, and would report a failure.
      if (reason === 'CANCELLED' && !context.cancellationSignal.aborted && !(error instanceof ApplicationFailure)) {
        await reportCancelled(context);
      }
      throw failureFor(reason, error);
    } finally {
      beats.close();
      context.cancellationSignal.removeEventListener('abort', cancelled);
      link?.shutdown.removeEventListener('abort', shutDown);
    }
  };
}

function requireHeartbeatTimeout({ info, log, metricMeter }: Context, enforce: Enforce): void {
  if (info.isLocal) {
    throw longhaulFailure(
      'LonghaulHeartbeatTimeout',
      `'${info.activityType}' is a longActivity and was scheduled as a local activity, which can't beat; use proxyActivities`,
    );
  }
  if (info.heartbeatTimeoutMs || enforce === 'off') return;
  const message =
    `'${info.activityType}' was scheduled without heartbeatTimeout: a crash of its worker goes unnoticed until start-to-close. ` +
    "Add heartbeatTimeout: '45 seconds' to its proxyActivities options";
  metricMeter
    .createCounter('longhaul_guard_hits', '1', 'Work that a guard warned of or refused')
    .add(1, { guard: 'heartbeat_timeout', enforce });
  if (enforce === 'error') {
    // Retryable: older workflow code may have scheduled it, and the retry goes to whoever has mended it.
    throw longhaulFailure('LonghaulHeartbeatTimeout', message, { retryable: true });
  }
  log.warn(`longhaul: ${message}`);
}

function failureFor(reason: StopReason | 'SHUTDOWN' | undefined, error: unknown): unknown {
  switch (reason) {
    case undefined:
      return error;
    case 'CANCELLED':
      // What the activity says about its own end outweighs why it was asked to end.
      return error instanceof ApplicationFailure ? error : new CancelledFailure(reason);
    case 'PAUSED':
    case 'RESET':
      // As the SDK fails an attempt that its own heartbeat told so.
      return ApplicationFailure.retryable(
        `Activity ${reason.toLowerCase()}`,
        reason === 'PAUSED' ? 'ActivityPause' : 'ActivityReset',
      );
    case 'SUPERSEDED':
      return superseded();
    case 'SHUTDOWN':
      return longhaulFailure(
        'LonghaulHandover',
        'The worker shuts down; the next attempt goes on from the last checkpoint',
        {
          retryable: true,
          nextRetryDelay: '1ms',
        },
      );
    case 'UNSERIALIZABLE':
      return longhaulFailure('LonghaulCheckpoint', `A checkpoint could not be written: ${String(error)}`, {
        ...(error instanceof Error ? { cause: error } : {}),
      });
  }
}

/** @throws CompleteAsyncError once the server has it, so that the worker reports nothing more. */
async function reportCancelled({ client, info }: Context): Promise<never> {
  try {
    await client.activity.reportCancellation(info.taskToken);
  } catch (error) {
    throw error instanceof ActivityNotFoundError ? superseded() : error;
  }
  throw new CompleteAsyncError();
}

function superseded() {
  return longhaulFailure(
    'LonghaulSuperseded',
    'The server no longer waits for this attempt: it timed out, or its workflow has ended. A newer attempt may be running',
    { retryable: true },
  );
}
