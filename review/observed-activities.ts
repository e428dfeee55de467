import { attributesOf } from '../replay/inspect/event-attributes';
import { atOf, iso, kindOf, msOf } from '../replay/inspect/event-facts';
import { idOf } from '../replay/events';
import type { DurationLike } from '../replay/inspect/event-attributes';
import type { OfType } from './gathered';
import type { Evidence } from './report';

/** How an activity was scheduled last, as the server recorded it. */
export interface ObservedActivity {
  type: string;
  /** Milliseconds; null is unset. */
  scheduleToStartMs: number | null;
  startToCloseMs: number | null;
  scheduleToCloseMs: number | null;
  heartbeatMs: number | null;
  /** 0 is without limit. */
  maximumAttempts: number;
  /** Whether it goes to another task queue than its workflow's. */
  elsewhere: boolean;
  evidence: Evidence;
  at: string;
}

interface Scheduled {
  activityType?: { name?: string | null } | null;
  taskQueue?: { name?: string | null } | null;
  scheduleToStartTimeout?: DurationLike;
  startToCloseTimeout?: DurationLike;
  scheduleToCloseTimeout?: DurationLike;
  heartbeatTimeout?: DurationLike;
  retryPolicy?: { maximumAttempts?: number | null } | null;
}

/** The activities of a workflow type, each as it was scheduled last: by a saved history, or in a drill. */
export function observedActivities({ runs, drills, type }: OfType): ObservedActivity[] {
  const newest = new Map<string, ObservedActivity>();
  const take = (one: ObservedActivity): void => {
    const known = newest.get(one.type);
    if (!known || known.at <= one.at) newest.set(one.type, one);
  };
  for (const { file, history, inspection } of runs) {
    for (const event of history.events ?? []) {
      if (kindOf(event) !== 'ActivityTaskScheduled') continue;
      const given = attributesOf(event) as Scheduled;
      const name = given.activityType?.name ?? '';
      const at = iso(atOf(event));
      take({
        type: name,
        // What is unset the server sets to what bounds it anyway.
        scheduleToStartMs: unlessSame(msOf(given.scheduleToStartTimeout), msOf(given.scheduleToCloseTimeout)),
        startToCloseMs: unlessSame(msOf(given.startToCloseTimeout), msOf(given.scheduleToCloseTimeout)),
        scheduleToCloseMs: msOf(given.scheduleToCloseTimeout),
        heartbeatMs: msOf(given.heartbeatTimeout),
        maximumAttempts: given.retryPolicy?.maximumAttempts ?? 0,
        elsewhere: (given.taskQueue?.name ?? inspection.taskQueue) !== inspection.taskQueue,
        evidence: { from: 'history', file, eventId: idOf(event), at, message: `${name} was scheduled so.` },
        at,
      });
    }
  }
  for (const { file, report } of drills) {
    if (report.workflowType !== type) continue;
    const { activityType, timeouts, at } = report;
    take({
      type: activityType,
      scheduleToStartMs: unlessSame(timeouts.scheduleToStartMs, timeouts.scheduleToCloseMs),
      startToCloseMs: unlessSame(timeouts.startToCloseMs, timeouts.scheduleToCloseMs),
      scheduleToCloseMs: timeouts.scheduleToCloseMs,
      heartbeatMs: timeouts.heartbeatMs,
      maximumAttempts: timeouts.maximumAttempts,
      elsewhere: false,
      evidence: { from: 'drill', file, at, message: `${activityType} was scheduled so.` },
      at,
    });
  }
  return [...newest.values()].sort((a, b) => (a.type < b.type ? -1 : 1));
}

const unlessSame = (ms: number | null, other: number | null): number | null => (ms === other ? null : ms);
