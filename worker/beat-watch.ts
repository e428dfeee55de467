import type { Context } from '@temporalio/activity';
import type { Enforce } from '../activities/enforcement';
import { guardHits, guardTag } from './guard-rules';
import type { GuardRule } from './guard-rules';

type BeatRule = Extract<GuardRule, 'noBeats' | 'beatInterval'>;

/**
 * Watches one attempt for beats that don't come: none at all, or too far apart for its heartbeat timeout. It warns once, and counts.
 */
export class BeatWatch {
  private readonly longestMs: number;
  private beats = 0;
  private lastAt = performance.now();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly context: Context,
    private readonly levelOf: (rule: BeatRule) => Enforce,
  ) {
    const { heartbeatTimeoutMs = 0, isLocal } = context.info;
    this.longestMs = heartbeatTimeoutMs / 2;
    if (isLocal || heartbeatTimeoutMs === 0) return;
    this.timer = setTimeout(this.look, this.longestMs).unref();
    const { heartbeat } = context;
    // Its type is read-only; the SDK's free function `heartbeat()` calls it too.
    Object.assign(context, {
      heartbeat: (details?: unknown) => {
        this.beat();
        heartbeat(details);
      },
    });
  }

  readonly beat = (): void => {
    this.beats += 1;
    this.lastAt = performance.now();
  };

  end(): void {
    clearTimeout(this.timer);
  }

  private readonly look = (): void => {
    const silentMs = performance.now() - this.lastAt;
    if (silentMs < this.longestMs) this.timer = setTimeout(this.look, this.longestMs - silentMs).unref();
    else this.warn(this.beats === 0 ? 'noBeats' : 'beatInterval', Math.round(silentMs));
  };

  private warn(rule: BeatRule, silentMs: number): void {
    if (this.levelOf(rule) === 'off') return;
    const { info, log, metricMeter } = this.context;
    metricMeter.createCounter(...guardHits).add(1, { guard: guardTag(rule), enforce: 'warn' });
    log.warn(
      `longhaul: '${info.activityType}' has not beaten for ${silentMs} ms` +
        `${rule === 'noBeats' ? ', not once since it began' : ''}, and its heartbeat timeout is ${info.heartbeatTimeoutMs ?? 0} ms. ` +
        'Call heartbeat() at least twice as often, or make it a longActivity, which beats by itself',
    );
  }
}
