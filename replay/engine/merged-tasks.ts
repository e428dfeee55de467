import type { IsSame } from '../drift/compare-attributes';
import { timeOf } from '../events';
import type { HistoryEvent } from '../proto';

/**
 * Tells apart what the code says otherwise and what only the clock of a replay does.
 *
 * A replay takes a workflow task that issued no command and the next one, where nothing came between, as one, at the time of the last.
 * Code that took down when a signal came, in a task of its own, sees it come that much later: no version of it says what is recorded.
 */
export function momentsOf(events: readonly HistoryEvent[]): IsSame {
  const delays = new Set<number>();
  for (const group of mergedTasks(events)) {
    const last = group.at(-1) ?? 0;
    for (const startedAt of group) delays.add(last - startedAt);
  }
  return (recorded, actual) => {
    const [was, now] = [instantOf(recorded), instantOf(actual)];
    // A moment of the clock itself, or one that was reckoned from it, such as a deadline.
    return was !== undefined && now !== undefined && now !== was && delays.has(now - was);
  };
}

/** The times of workflow tasks that a replay takes as one: each is scheduled as the one before it completes, without a command between. */
function mergedTasks(events: readonly HistoryEvent[]): number[][] {
  const groups: number[][] = [];
  let group: number[] = [];
  let startedAt: number | undefined;
  let hasCompleted = false;
  for (const event of events) {
    if (event.workflowTaskStartedEventAttributes) startedAt = timeOf(event);
    if (event.workflowTaskCompletedEventAttributes && startedAt !== undefined) {
      group.push(startedAt);
      hasCompleted = true;
      continue;
    }
    if (hasCompleted && !event.workflowTaskScheduledEventAttributes) {
      groups.push(group);
      group = [];
    }
    hasCompleted = false;
  }
  return [...groups, group].filter(({ length }) => length > 1);
}

/** Milliseconds since the epoch, of a number or of ISO 8601; undefined for what is neither, such as a length of time. */
function instantOf(value: unknown): number | undefined {
  const instant = typeof value === 'string' && /^\d{4}-\d\d-\d\dT/.test(value) ? Date.parse(value) : value;
  return typeof instant === 'number' && Number.isFinite(instant) && instant > 1e12 ? instant : undefined;
}
