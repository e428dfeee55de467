import type { Forecast, GrowthPoint, PerItem, ReplayTime } from './inspection';

/** The server's own figures. */
const serverLimits = {
  warning: { events: 10_240, bytes: 10 * 1024 * 1024 },
  limit: { events: 51_200, bytes: 50 * 1024 * 1024 },
  signals: 10_000,
};

/** A workflow task may take this long, unless its start says otherwise. */
const defaultTaskMs = 10_000;

/** What grew for less says nothing of what comes. */
const shortestMs = 60_000;

export interface ForecastInput {
  open: boolean;
  nowMs: number;
  events: number;
  bytes: number;
  signals: number;
  growth: readonly GrowthPoint[];
  perItem: PerItem | null;
  replay: ReplayTime | null;
  /** What a `longRunning` run rolls over at; undefined for others, and where it is not known. */
  limits: { events?: number; bytes?: number; signals?: number } | undefined;
  taskMs?: number | null;
}

/** When a run reaches what ends it, at the pace of the later half of its history. */
export function forecastOf(input: ForecastInput): Forecast[] {
  const { events, bytes, signals, limits, perItem, taskMs } = input;
  const { warning, limit } = serverLimits;
  const pace = paceOf(input);
  const count = (of: number) => of.toLocaleString('en-US');
  const mib = (of: number) => `${(of / 1024 / 1024).toFixed(of < 1024 * 1024 ? 2 : 0)} MiB`;
  const entry = (
    what: Forecast['what'],
    unit: Forecast['unit'],
    threshold: string,
    now: number,
    at: number,
    perMs: number | undefined,
    each: number | undefined,
  ): Forecast => {
    const left = at - now;
    const when = left > 0 && input.open && perMs !== undefined && perMs > 0 ? input.nowMs + left / perMs : undefined;
    return {
      what,
      threshold,
      now,
      at,
      unit,
      // Beyond what a date can hold it never happens.
      when: when !== undefined && when < 8.64e15 ? new Date(when).toISOString() : null,
      items: left > 0 && each !== undefined && each > 0 ? Math.ceil(left / each) : null,
      reached: left <= 0,
    };
  };
  const byEvents = (what: Forecast['what'], at: number) =>
    entry(what, 'events', `${count(at)} events`, events, at, pace?.events, perItem?.events);
  const byBytes = (what: Forecast['what'], at: number) =>
    entry(what, 'bytes', mib(at), bytes, at, pace?.bytes, perItem?.bytes);
  const signalsEach = perItem?.unit.startsWith('signal ') ? 1 : undefined;
  const bySignals = (what: Forecast['what'], at: number) =>
    entry(what, 'signals', `${count(at)} signals`, signals, at, pace && (pace.events * signals) / events, signalsEach);
  const found = [
    ...(limits?.events === undefined ? [] : [byEvents('rollover', limits.events)]),
    ...(limits?.bytes === undefined ? [] : [byBytes('rollover', limits.bytes)]),
    ...(limits?.signals === undefined || signals === 0 ? [] : [bySignals('rollover', limits.signals)]),
    byEvents('warning', warning.events),
    byBytes('warning', warning.bytes),
    byEvents('limit', limit.events),
    byBytes('limit', limit.bytes),
    ...(signals === 0 ? [] : [bySignals('signal limit', serverLimits.signals)]),
  ];
  const atEvents = taskEvents(input, taskMs ?? defaultTaskMs);
  if (input.replay?.status !== 'pass' || atEvents === undefined) return found;
  const perMs = pace && ((taskMs ?? defaultTaskMs) - input.replay.ms) / Math.max(1, (atEvents - events) / pace.events);
  const each =
    perItem && ((taskMs ?? defaultTaskMs) - input.replay.ms) / Math.max(1, (atEvents - events) / perItem.events);
  const task = entry(
    'workflow task',
    'ms of replay',
    `${(taskMs ?? defaultTaskMs) / 1_000} s for a workflow task that replays from the start`,
    Math.round(input.replay.ms),
    taskMs ?? defaultTaskMs,
    perMs,
    each ?? undefined,
  );
  return [...found, { ...task, threshold: `${task.threshold} (at about ${count(atEvents)} events)` }];
}

/** Events and bytes a millisecond, over the later half of the history and up to now. */
function paceOf({ growth, open, nowMs, events }: ForecastInput): { events: number; bytes: number } | undefined {
  const last = growth.at(-1);
  const middle = growth.find((point) => point.events >= events / 2);
  if (!open || !last || !middle) return undefined;
  const ms = Math.max(nowMs, Date.parse(last.at)) - Date.parse(middle.at);
  if (ms < shortestMs) return undefined;
  return { events: (last.events - middle.events) / ms, bytes: (last.bytes - middle.bytes) / ms };
}

/** At how many events a replay takes as long as a workflow task may: replay grows between linearly and quadratically. */
function taskEvents({ replay, events }: ForecastInput, taskMs: number): number | undefined {
  if (!replay || replay.ms <= 0) return undefined;
  const { ms, halfMs } = replay;
  const measured = halfMs !== null && halfMs > 0 && ms >= 50 ? Math.log2(ms / halfMs) : 1;
  const power = Math.min(2, Math.max(1, measured));
  return Math.round(events * (taskMs / ms) ** (1 / power));
}
