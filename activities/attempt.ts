import { CompleteAsyncError } from '@temporalio/activity';
import type { Context } from '@temporalio/activity';
import { ActivityCompletionError, ActivityNotFoundError } from '@temporalio/client';
import { lengthOfTime } from '../workflows/duration';
import { beatListener } from './beat-listener';
import { Beats } from './beats';
import { readCheckpoint } from './checkpoint';
import type { Checkpoint, Details } from './checkpoint';
import { detailsSize, encodingFailure, refuseTooLarge, warnBytes } from './checkpoint-size';
import { deadlineOf } from './deadline';
import { watchEventLoop } from './event-loop-watch';
import type { Block } from './event-loop-watch';
import { host } from './host';
import { idempotencyKey } from './idempotency-key';
import type { LongActivityJob } from './long-activity';
import { longActivityMetrics } from './metrics';
import type { CheckedOptions } from './options';
import { resumePages } from './resume';
import { snapshot } from './snapshot';
import { StallWatch } from './stall-watch';
import {
  Stop,
  cancelled,
  coreReason,
  handover,
  isBeatUnencoded,
  pauseText,
  paused,
  reset,
  stalled,
  superseded,
  unencoded,
  unwritable,
} from './stop';
import type { StopDetail, StopReason } from './stop';

/** Without a heartbeat timeout nobody waits for a beat; this is how often a checkpoint is brought to safety all the same. */
const defaultIntervalMs = 20_000;
/** 45 s → every 18 s: a beat may be lost or late, and the next one still arrives in time. */
const intervalShare = 0.4;
/** Of the heartbeat timeout: the core holds a beat back for up to 0.8 of it, and ends an attempt five seconds after all of it. */
const coreShare = 0.9;
const flushMs = 5_000;
/** How long code whose attempt is over may go on before its slot is given to others. */
const abandonMs = 5_000;
/** A pause of the event loop that is shorter than a beat's interval endangers nothing; one of this length is told in any case. */
const pauseMostMs = 5_000;
const longestTimerMs = 2 ** 31 - 1;
/** A checkpoint up to this size travels in the failure that ends an attempt. */
const carriedBytes = 32 * 1024;

/** One attempt of a long activity: its beats, its checkpoint, and all that may end it. */
export class Attempt<C> {
  private readonly stop = new Stop();
  private readonly metrics;
  private readonly beats: Beats;
  private readonly stalls: StallWatch;
  private readonly closers: (() => void)[] = [];
  private readonly version: number;
  private readonly inherited: { value: C } | undefined;
  private last: C | undefined;
  private bytes = 0;
  private warned = false;
  private pause: (Block & { at: number }) | undefined;
  private ended = false;
  private coreHasDetails = false;
  /** The worker has aborted the attempt for a beat of the core's that it could not encode: it hears of nothing else from there. */
  private isCut = false;
  /** Ends the attempt although its code has not. */
  private abandon: (failure: unknown) => void = () => undefined;
  private readonly abandoned = new Promise<never>((_resolve, reject) => (this.abandon = reject));

  constructor(
    private readonly context: Context,
    private readonly options: CheckedOptions<C>,
  ) {
    const { info, metricMeter } = context;
    this.metrics = longActivityMetrics(metricMeter);
    this.version = options.checkpoint?.version ?? 1;
    const { heartbeatTimeoutMs } = info;
    this.inherited = readCheckpoint(info.heartbeatDetails, options.checkpoint);
    this.last = this.inherited?.value;
    this.beats = new Beats({
      intervalMs: this.intervalMs,
      minCommitIntervalMs: options.minCommitIntervalMs,
      send: (details) => this.send(details),
      onStop: (reason, error) => this.told(reason, error),
      ...(heartbeatTimeoutMs
        ? { core: { everyMs: heartbeatTimeoutMs * coreShare, beat: (details) => this.beatByCore(details) } }
        : {}),
      onUnencoded: (error) => {
        context.log.warn(`longhaul: a beat of '${info.activityType}' could not be encoded, and is tried again`, {
          error,
        });
      },
      onAcknowledged: (what) => (what === 'beat' ? this.metrics.beats : this.metrics.commits).add(1),
    });
    this.stalls = new StallWatch({ afterMs: options.stallAfterMs, onStall: (what) => this.stalled(what) });
  }

  async run<Result>(work: (job: LongActivityJob<C>) => Promise<Result>): Promise<Result> {
    this.watch();
    this.beats.start(this.inherited && this.toDetails(this.inherited.value));
    try {
      const result = await Promise.race([(async () => work(this.job()))(), this.abandoned]);
      this.refreshCore();
      return result;
    } catch (error) {
      return await this.fail(error);
    } finally {
      this.ended = true;
      this.stalls.close();
      this.beats.close(this.over());
      for (const close of this.closers) close();
    }
  }

  private get intervalMs(): number {
    const { heartbeatTimeoutMs } = this.context.info;
    return heartbeatTimeoutMs ? heartbeatTimeoutMs * intervalShare : defaultIntervalMs;
  }

  private watch(): void {
    const { info, cancellationSignal } = this.context;
    const shutdown = host.getStore()?.shutdown;
    this.onAbort(cancellationSignal, () => {
      const { reason } = cancellationSignal as { reason: unknown };
      this.isCut = isBeatUnencoded(reason);
      // Without the plugin a shutdown comes from there alone.
      if (!this.isCut) this.told(coreReason(reason), undefined);
      else if (!shutdown) this.told('UNENCODED', reason);
    });
    if (shutdown) this.onAbort(shutdown, () => this.told('SHUTDOWN', undefined));
    const deadline = deadlineOf(info, this.options.deadlineMarginMs);
    if (deadline) {
      const { which } = deadline;
      // Only what start-to-close cuts off has another attempt before it.
      const atOnce = () => which === 'startToClose' && this.beats.hasProgress;
      this.later(deadline.inMs, () =>
        this.stop.end('DEADLINE', (cause) => handover(which, this.detail(), { atOnce: atOnce(), cause })),
      );
    }
    const label = `'${info.activityType}' (attempt ${info.attempt}, workflow ${info.workflowExecution?.workflowId ?? 'none'})`;
    const thresholdMs = Math.min(this.intervalMs, pauseMostMs);
    this.closers.push(watchEventLoop({ label, thresholdMs, onBlocked: (block) => this.paused(block) }));
  }

  private onAbort(signal: AbortSignal, then: () => void): void {
    if (signal.aborted) {
      then();
      return;
    }
    signal.addEventListener('abort', then, { once: true });
    this.closers.push(() => signal.removeEventListener('abort', then));
  }

  private later(ms: number, then: () => void): void {
    const at = performance.now() + ms;
    // Node's timers are no longer than this, and its clock for them may be a little early.
    const wait = () => setTimeout(look, Math.min(at - performance.now(), longestTimerMs));
    const look = () => {
      if (at - performance.now() < 1) then();
      else timer = wait();
    };
    let timer = wait();
    this.closers.push(() => clearTimeout(timer));
  }

  /** What the server, the core or the data says. */
  private told(reason: StopReason, error: unknown): void {
    // The answer to a beat that was on its way as the work ended.
    if (this.ended) return;
    const make: Partial<Record<StopReason, (cause?: Error) => Error>> = {
      CANCELLED: cancelled,
      PAUSED: paused,
      RESET: reset,
      SUPERSEDED: () => superseded(this.recentPause()),
      SHUTDOWN: (cause) => handover('shutdown', this.detail(), { atOnce: true, cause }),
      UNSERIALIZABLE: () => unwritable(error),
      UNENCODED: () => unencoded(error),
    };
    this.stop.end(reason, make[reason] ?? cancelled);
    if (reason === 'SUPERSEDED') this.later(abandonMs, () => this.abandon(this.stop.failure));
  }

  private stalled(what: string): void {
    const { log, info } = this.context;
    this.metrics.stalls.add(1);
    log.warn(`longhaul: '${info.activityType}' has stalled: ${what}`);
    this.stop.end('STALLED', () =>
      stalled(
        `'${info.activityType}' has stalled: ${what}. It beat until then; it must save, commit or call progress() as it goes on, or wait inside hold()`,
        this.detail(),
      ),
    );
    // Code that hangs does not hear its signal.
    this.abandon(this.stop.failure);
  }

  private paused(block: Block): void {
    this.pause = { ...block, at: performance.now() };
    if (block.kind === 'blocked') this.metrics.blocks.add(1);
    const { log, info } = this.context;
    log.warn(`longhaul: '${info.activityType}', attempt ${info.attempt}: ${pauseText(block)}`, { ...block });
  }

  /** The pause that may be why the server gave this attempt up. */
  private recentPause(): Block | undefined {
    if (!this.pause || performance.now() - this.pause.at > 2 * this.intervalMs) return undefined;
    const { ms, kind } = this.pause;
    return { ms, kind };
  }

  private detail(): Omit<StopDetail, 'why'> {
    const { checkpoint } = this.beats;
    return checkpoint && this.bytes <= carriedBytes ? { checkpoint } : {};
  }

  private async send(details: Details): Promise<void> {
    beatListener.getStore()?.();
    const { client, info, log } = this.context;
    const bytes = await detailsSize(client.options.loadedDataConverter, details);
    if (bytes !== undefined) {
      refuseTooLarge(bytes, this.options.maxBytes);
      this.bytes = bytes;
      if (bytes > warnBytes && !this.warned) {
        this.warned = true;
        log.warn(
          `longhaul: the checkpoint of '${info.activityType}' has ${bytes} bytes, which travel with each beat; keep the data in a store, and its key in the checkpoint`,
        );
      }
    }
    const { serializationContext } = this;
    try {
      // Under the context's own signal a cancellation would cut off the very beat that brings the last checkpoint to safety.
      await client.withAbortSignal(new AbortController().signal, () =>
        client.activity.heartbeat(info.taskToken, details, { serializationContext }),
      );
    } catch (error) {
      if (error instanceof ActivityCompletionError) throw error;
      throw encodingFailure(client.options.loadedDataConverter, details, error);
    }
  }

  private get serializationContext() {
    const { namespace, activityId, isLocal, workflowExecution } = this.context.info;
    return {
      type: 'activity' as const,
      namespace,
      activityId,
      isLocal,
      ...(workflowExecution ? { workflowId: workflowExecution.workflowId } : {}),
    };
  }

  private toDetails(value: C): Details {
    if (this.ended) throw this.over();
    if (!this.options.checkpoint) {
      throw new TypeError(
        `'${this.context.info.activityType}' keeps a checkpoint that no attempt would read; add checkpoint: { parse } to its longActivity`,
      );
    }
    this.last = value;
    return { longhaul: 'checkpoint', version: this.version, value: snapshot(value) };
  }

  private over(): Error {
    const { activityType, attempt } = this.context.info;
    return (
      this.stop.failure ??
      new Error(`Attempt ${attempt} of '${activityType}' has ended; await all of its work before it returns`)
    );
  }

  private job(): LongActivityJob<C> {
    const { info } = this.context;
    return {
      checkpoint: this.checkpoint(),
      signal: this.stop.signal,
      attempt: info.attempt,
      fence: info.currentAttemptScheduledTimestampMs,
      progress: () => this.stalls.progress(),
      hold: async (label, max, work) => {
        const release = this.stalls.hold(label, lengthOfTime(`longActivity: hold '${label}'`, max, { most: Infinity }));
        try {
          return await work();
        } finally {
          release();
        }
      },
      idempotencyKey,
    };
  }

  private checkpoint(): Checkpoint<C> {
    const save = (value: C) => {
      this.beats.save(this.toDetails(value));
      this.stalls.progress();
    };
    const commit = async (value: C) => {
      // Waiting for the server is no stall of the activity's.
      const release = this.stalls.hold('commit', Infinity);
      try {
        await this.beats.commit(this.toDetails(value));
      } catch (error) {
        throw this.stop.failure ?? error;
      } finally {
        release();
      }
    };
    const keep = (value: C): Promise<void> => {
      const committed = commit(value);
      // Who awaits it hears of it. Where nobody does, an unhandled rejection would end the process, and all its other activities.
      committed.catch(() => undefined);
      return committed;
    };
    const { signal } = this.stop;
    // eslint-disable-next-line @typescript-eslint/no-this-alias -- the accessor below has a `this` of its own
    const attempt = this;
    return {
      get last() {
        return attempt.last;
      },
      save,
      commit: keep,
      resume: <Page>(pages: never, options: never) =>
        resumePages<Page, C>({ last: attempt.last, signal, save, commit }, pages, options),
    };
  }

  private async fail(error: unknown): Promise<never> {
    await this.beats.flush(flushMs);
    this.refreshCore();
    // The core has not heard of a cancellation that came with the answer to a beat of ours, and would report a failure.
    const coreHasHeard = this.context.cancellationSignal.aborted && !this.isCut;
    if (this.stop.reason === 'CANCELLED' && !coreHasHeard && !this.stop.isOwn(error)) {
      await this.report((client, taskToken) => client.activity.reportCancellation(taskToken));
    }
    const failure = this.stop.failureFor(error);
    if (failure !== error || !this.stop.isOwn(error)) this.countHandover();
    // The worker would report another failure in its place.
    if (this.isCut) {
      await this.report((client, taskToken) => {
        return client.activity.fail(taskToken, failure, { serializationContext: this.serializationContext });
      });
    }
    throw failure;
  }

  private beatByCore(details: Details): void {
    this.coreHasDetails = true;
    this.context.heartbeat(details);
  }

  /** With a failure the core reports the details of its own last beat, which are older than what the server has. */
  private refreshCore(): void {
    if (this.coreHasDetails && this.stop.reason !== 'SUPERSEDED') this.context.heartbeat(this.beats.details);
  }

  private countHandover(): void {
    const { reason } = this.stop;
    if (reason === 'SHUTDOWN' || reason === 'DEADLINE') this.metrics.handovers.add(1, { why: reason.toLowerCase() });
  }

  /** @throws CompleteAsyncError once the server has it, so that the worker reports nothing more. */
  private async report(how: (client: Context['client'], taskToken: Uint8Array) => Promise<void>): Promise<never> {
    const { client, info } = this.context;
    try {
      await client.withAbortSignal(new AbortController().signal, () => how(client, info.taskToken));
    } catch (error) {
      throw error instanceof ActivityNotFoundError ? superseded(this.recentPause()) : error;
    }
    throw new CompleteAsyncError();
  }
}
