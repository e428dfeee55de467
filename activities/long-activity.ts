import type { Context } from '@temporalio/activity';
import { longhaulFailure } from '../workflows/failure';
import type { Duration } from '../workflows/duration';
import { checkFunction } from '../workflows/options';
import { Attempt } from './attempt';
import type { Checkpoint, CheckpointOptions } from './checkpoint';
import { currentContext } from './current-context';
import { enforcement } from './enforcement';
import type { Enforce } from './enforcement';
import type { IdempotencyKeyOptions } from './idempotency-key';
import { longActivityMetrics } from './metrics';
import { checkOptions } from './options';

export interface LongActivityOptions<C> {
  /** How checkpoints are read back. Without it the activity only beats. */
  checkpoint?: CheckpointOptions<C>;

  /** What happens without a `heartbeatTimeout`. @default what the worker's `LonghaulPlugin` says, else 'warn' */
  enforce?: Enforce;

  /** Commits closer than this many milliseconds share one call to the server, each still acknowledged. @default 1_000 */
  minCommitIntervalMs?: number;

  /**
   * An attempt that for this long neither saves, commits, takes a page of `checkpoint.resume` nor calls `progress()` counts as
   * hung: it stops beating and fails with `LonghaulStalled`. Beats alone can't tell it: they go on in a process that hangs.
   * Choose it longer than the longest step; waits that take longer go into `hold`. @default never
   */
  stallAfter?: Duration;

  /**
   * How long before the start-to-close (and schedule-to-close) timeout the signal aborts, so that the work can commit and the next
   * attempt go on at once. 0: never. @default a tenth of the timeout, at most 10 seconds
   */
  deadlineMargin?: Duration;
}

/** What a long activity works with. */
export interface LongActivityJob<C> {
  readonly checkpoint: Checkpoint<C>;

  /**
   * Aborts on cancellation, worker shutdown, a near deadline, a stall, and when the server pauses or resets the activity or no longer
   * waits for this attempt. Pass it to all that waits. Its `reason` tells which: a `CancelledFailure`, or an `ApplicationFailure`
   * of type `LonghaulHandover` (shutdown or deadline), `LonghaulStalled`, `LonghaulSuperseded`, `LonghaulCheckpoint`,
   * `ActivityPause` or `ActivityReset`.
   */
  readonly signal: AbortSignal;

  /** Which attempt this is, from 1. */
  readonly attempt: number;

  /**
   * A number that grows from attempt to attempt, and from one scheduling of the activity to the next: a store that keeps the highest
   * it has seen can refuse an older attempt that still runs. It is when the server scheduled the attempt, in milliseconds since
   * the epoch; `attempt` begins anew with each scheduling.
   */
  readonly fence: number;

  /** Tells the stall watch that the work goes on. Costs nothing. */
  readonly progress: () => void;

  /**
   * Covers one wait that may take long: the stall watch stands still until `work` ends, for at most `max`, and then names `label`.
   * Several may be open at once, inside one another or side by side; each has its own maximum.
   */
  readonly hold: <R>(label: string, max: Duration, work: () => Promise<R>) => Promise<R>;

  /** As `idempotencyKey` of this module: the same for each attempt at this step of this item, over retries and rollovers. */
  readonly idempotencyKey: (step: string, options?: IdempotencyKeyOptions) => Promise<string>;
}

/** What is committed must be readable: without `checkpoint.parse` the next attempt would begin anew. */
type NeedsCheckpoint<C> = [C] extends [never] ? unknown : { checkpoint: CheckpointOptions<C> };

/**
 * Makes an activity of `fn` that can't die unseen: it beats by itself, keeps checkpoints, and stops when it is no longer wanted.
 *
 * The SDK's `heartbeat()` is throttled to 80 % of the heartbeat timeout, so that a crash loses every checkpoint since the last
 * one sent; a `commit` here returns when the server has it.
 *
 * @throws ApplicationFailure `LonghaulHeartbeatTimeout`, retryable, where the caller set no `heartbeatTimeout` and `enforce` is
 *   'error'; non-retryable as a local activity, which can't beat.
 * @throws ApplicationFailure `LonghaulHandover`, retryable at once, when the worker shuts down or the deadline is near: the next
 *   attempt goes on.
 * @throws ApplicationFailure `LonghaulStalled`, retryable, when nothing went on for `stallAfter` or a `hold` took too long. Its slot is
 *   free then; code that hangs may still run, and is refused when it saves or commits.
 * @throws CancelledFailure when the activity was cancelled and `fn` gave up.
 * @remarks Each beat and commit that reaches the server is a billed action on Temporal Cloud; nothing lands in history but the
 *   last details in a timeout's failure. `fn` must not call `heartbeat()` itself: it would overwrite a newer checkpoint.
 */
export function longActivity<Args extends unknown[], Result, C = never>(
  options: LongActivityOptions<C> & NeedsCheckpoint<C>,
  fn: (job: LongActivityJob<C>, ...args: Args) => Promise<Result>,
): (...args: Args) => Promise<Result> {
  const checked = checkOptions(options);
  checkFunction('longActivity: the second argument', fn, 'the function that does the work');
  return async (...args) => {
    const context = currentContext('longActivity');
    requireHeartbeatTimeout(context, checked.enforce ?? enforcement.getStore() ?? 'warn');
    return await new Attempt(context, checked).run((job) => fn(job, ...args));
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
  longActivityMetrics(metricMeter).guardHits.add(1, { guard: 'heartbeat_timeout', enforce });
  if (enforce === 'error') {
    // Retryable: older workflow code may have scheduled it, and the retry goes to whoever has mended it.
    throw longhaulFailure('LonghaulHeartbeatTimeout', message, { retryable: true });
  }
  log.warn(`longhaul: ${message}`);
}
