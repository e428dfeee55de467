import { setTimeout as sleep } from 'node:timers/promises';
import {
  ActivityCancelledError,
  ActivityCompletionError,
  ActivityNotFoundError,
  ActivityPausedError,
  ActivityResetError,
} from '@temporalio/client';
import { PayloadConverterError, ValueError } from '@temporalio/common';
import { started } from './checkpoint';
import type { Details } from './checkpoint';
import { UnwritableError } from './checkpoint-size';
import type { StopReason } from './stop';

export interface BeatsOptions {
  /** Records a heartbeat with these details; rejects as the SDK's async completion client does. */
  send: (details: Details) => Promise<void>;
  intervalMs: number;
  minCommitIntervalMs: number;
  /** Called once, when the server or the data says that the attempt can't go on. */
  onStop: (reason: StopReason, error: unknown) => void;
  /** Called once, when a beat could not be encoded and is going to be tried again. */
  onUnencoded?: (error: unknown) => void;
  /**
   * The core ends an attempt by itself when it has sent no beat of its own for the heartbeat timeout and five seconds: it does not see
   * those that go past it. So it is given one now and then. `everyMs` must be longer than 0.8 of the heartbeat timeout, by which it
   * would hold one back: sent at once, it is in order with the others.
   */
  core?: { everyMs: number; beat: (details: Details) => void };
  /** Called for each beat that the server has, and for each commit that it answered. */
  onAcknowledged?: (what: 'beat' | 'commit') => void;
}

interface Waiter {
  serial: number;
  resolve: () => void;
  reject: (error: unknown) => void;
}

/** How long to wait before the next try when the server could not be reached. */
const retryMs = 1_000;
/** For how many intervals beats may fail to be encoded: the server has given the attempt up by then, and can't be asked. */
const intervalsUnencoded = 2.5;
/** How long a beat of the core is given to arrive, of whose answer nothing is heard, before the next one of ours leaves. */
const settleMs = 250;

/**
 * The one path by which an attempt's beats and commits reach the server: one call at a time, each with the newest value.
 *
 * The core's own `heartbeat()` shares the same field without sharing an order: one of its throttled beats that leaves late
 * overwrites a newer commit. The few that it must have are sent when none of ours is under way, and followed by one of ours.
 */
export class Beats {
  private newest: Details = started;
  /** Counts values, so that an answer tells which of them the server has. */
  private serial = 0;
  private ackedSerial = -1;
  private lastSentAt = -Infinity;
  private unencodedSince: number | undefined;
  private sending: Promise<void> | undefined;
  private timer: NodeJS.Timeout | undefined;
  private dueAt = Infinity;
  private coreDueAt = Infinity;
  private waiters: Waiter[] = [];
  private closed = false;
  private stopped: { error: unknown } | undefined;

  constructor(private readonly options: BeatsOptions) {}

  /** Sends the first beat at once, then one each interval. `inherited` is the last attempt's checkpoint, which must not be erased. */
  start(inherited?: Details): void {
    if (inherited) this.newest = inherited;
    this.coreDueAt = performance.now() + (this.options.core?.everyMs ?? Infinity);
    this.sendAt(0);
  }

  save(details: Details): void {
    this.newest = details;
    this.serial += 1;
  }

  async commit(details: Details): Promise<void> {
    if (this.stopped) throw this.stopped.error;
    this.save(details);
    const { serial } = this;
    await new Promise<void>((resolve, reject) => {
      this.waiters.push({ serial, resolve, reject });
      this.sendAt(this.lastSentAt + this.options.minCommitIntervalMs);
    });
    this.options.onAcknowledged?.('commit');
  }

  /** Sends what only waits for its beat: the last chance before an attempt fails. Gives up after `withinMs`. */
  async flush(withinMs: number): Promise<void> {
    if (this.ackedSerial >= this.serial || this.stopped) return;
    const sent = new Promise<void>((resolve, reject) => {
      this.waiters.push({ serial: this.serial, resolve, reject });
      this.sendAt(0);
    });
    const timeUp = new AbortController();
    await Promise.race([
      sent.catch(() => undefined),
      new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, withinMs);
        timeUp.signal.addEventListener('abort', () => clearTimeout(timer));
      }),
    ]);
    timeUp.abort();
  }

  /** Sends no more. Commits that still wait, and later ones, reject with `error`. */
  close(error: unknown): void {
    this.closed = true;
    clearTimeout(this.timer);
    this.reject(error);
  }

  /** What the server has, or is to have next. */
  get details(): Details {
    return this.newest;
  }

  /** The newest value, where it is a checkpoint. */
  get checkpoint(): Details | undefined {
    return this.newest.longhaul === 'checkpoint' ? this.newest : undefined;
  }

  /** Whether this attempt has kept a checkpoint of its own. */
  get hasProgress(): boolean {
    return this.serial > 0;
  }

  /** Moves the next call forward to `at` (milliseconds of `performance.now()`); one that is due sooner stays. */
  private sendAt(at: number): void {
    if (this.closed || at >= this.dueAt) return;
    this.dueAt = at;
    clearTimeout(this.timer);
    if (this.sending) return; // the end of that call sets the timer
    this.timer = setTimeout(() => this.beat(), Math.max(0, at - performance.now()));
  }

  private beat(): void {
    this.dueAt = Infinity;
    this.sending = this.call().finally(() => {
      this.sending = undefined;
      if (this.closed || this.stopped) return;
      const asked = this.dueAt;
      this.dueAt = Infinity;
      this.sendAt(Math.min(asked, this.lastSentAt + this.options.intervalMs, this.coreDueAt));
    });
  }

  private async call(): Promise<void> {
    const { serial } = this;
    this.lastSentAt = performance.now();
    try {
      await this.options.send(this.newest);
    } catch (error) {
      const reason = stopReason(error);
      if (reason === 'SUPERSEDED' || reason === 'UNSERIALIZABLE') {
        this.stop(reason, error);
        return;
      }
      if (reason === 'UNENCODED' && this.isLongUnencoded(error)) {
        this.stop(reason, error);
        return;
      }
      if (reason === undefined || reason === 'UNENCODED') {
        this.dueAt = Math.min(this.dueAt, performance.now() + retryMs);
        return;
      }
      // Cancelled, paused and reset come with the answer to a beat that the server has recorded.
      this.acknowledge(serial);
      this.options.onStop(reason, error);
      return;
    }
    this.acknowledge(serial);
    if (performance.now() >= this.coreDueAt) await this.beatByCore(performance.now() - this.lastSentAt);
  }

  /** @param tookMs What the last call took: an answer of the core's may take as long. */
  private async beatByCore(tookMs: number): Promise<void> {
    const { core } = this.options;
    if (!core || this.closed) return;
    this.coreDueAt = performance.now() + core.everyMs;
    core.beat(this.newest);
    await sleep(Math.min(Math.max(settleMs, 4 * tookMs), core.everyMs / 5), undefined, { ref: false });
    this.dueAt = 0;
  }

  /** A codec may have to ask for its key, and storage may be away: that passes, mostly. */
  private isLongUnencoded(error: unknown): boolean {
    if (this.unencodedSince === undefined) this.options.onUnencoded?.(error);
    this.unencodedSince ??= this.lastSentAt;
    return performance.now() - this.unencodedSince > this.options.intervalMs * intervalsUnencoded;
  }

  private acknowledge(serial: number): void {
    this.unencodedSince = undefined;
    this.ackedSerial = serial;
    this.options.onAcknowledged?.('beat');
    const done = this.waiters.filter((waiter) => waiter.serial <= serial);
    this.waiters = this.waiters.filter((waiter) => waiter.serial > serial);
    for (const { resolve } of done) resolve();
    if (this.waiters.length > 0) this.dueAt = Math.min(this.dueAt, this.lastSentAt + this.options.minCommitIntervalMs);
  }

  private stop(reason: StopReason, error: unknown): void {
    this.reject(error);
    this.options.onStop(reason, error);
  }

  private reject(error: unknown): void {
    this.stopped ??= { error };
    for (const { reject } of this.waiters) reject(error);
    this.waiters = [];
  }
}

function stopReason(error: unknown): StopReason | undefined {
  if (error instanceof ActivityNotFoundError) return 'SUPERSEDED';
  if (error instanceof ActivityCancelledError) return 'CANCELLED';
  if (error instanceof ActivityPausedError) return 'PAUSED';
  if (error instanceof ActivityResetError) return 'RESET';
  // What the server could not be told is tried again; what could not be written down never will be.
  if (error instanceof ActivityCompletionError) return undefined;
  const isUnwritable = [UnwritableError, ValueError, PayloadConverterError].some((kind) => error instanceof kind);
  return isUnwritable ? 'UNSERIALIZABLE' : 'UNENCODED';
}
