import type { Info } from '@temporalio/activity';

export interface Deadline {
  which: 'startToClose' | 'scheduleToClose';
  /** From now, in milliseconds; the margin is taken off. */
  inMs: number;
}

const defaultShare = 0.1;
const defaultMostMs = 10_000;

/**
 * When an attempt that began now should bring its work to safety. The worker never hears of either timeout: the server starts the
 * next attempt while this one still runs.
 *
 * @param marginMs 0: there is no such moment. @default a tenth of the timeout, at most 10 s
 */
export function deadlineOf(info: Info, marginMs: number | undefined, now = Date.now()): Deadline | undefined {
  if (marginMs === 0) return undefined;
  const margin = (timeoutMs: number) => marginMs ?? Math.min(timeoutMs * defaultShare, defaultMostMs);
  const { startToCloseTimeoutMs: attempt, scheduleToCloseTimeoutMs: total } = info;
  const deadlines: Deadline[] = [];
  if (attempt > 0) deadlines.push({ which: 'startToClose', inMs: attempt - margin(attempt) });
  if (total > 0) {
    // The server's own clock tells how much of it earlier attempts took; this machine's clock, where it is ahead, how long this one waited.
    const usedMs = Math.max(now, info.currentAttemptScheduledTimestampMs) - info.scheduledTimestampMs;
    deadlines.push({ which: 'scheduleToClose', inMs: total - usedMs - margin(total) });
  }
  // One that has passed at the start is about to be told by the server, or the clocks disagree: no reason to stop the work.
  const [first] = deadlines.filter(({ inMs }) => inMs > 0).sort((a, b) => a.inMs - b.inMs);
  return first;
}
