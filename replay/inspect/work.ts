import { idOf } from '../events';
import type { HistoryEvent } from '../proto';
import { attributesOf } from './event-attributes';
import type { Attributes } from './event-attributes';
import { atOf, failureText, iso, kindOf, msOf } from './event-facts';
import type { ActivityGroup, TimelineBar, Waiting } from './inspection';

/** Something that a workflow has begun and that ends by a later event: an activity, a timer, a child. */
export interface Work {
  what: 'activity' | 'timer' | 'child workflow' | 'external signal' | 'external cancel' | 'nexus operation';
  name: string;
  /** The event that began it. */
  event: HistoryEvent;
  attributes: Attributes;
  attempts: number;
  lastFailure: string | undefined;
  /** The event that ended it. */
  end?: HistoryEvent;
  status: 'open' | 'completed' | 'failed' | 'timed out' | 'cancelled' | 'fired' | 'terminated';
}

const begins: Record<string, Work['what']> = {
  ActivityTaskScheduled: 'activity',
  TimerStarted: 'timer',
  StartChildWorkflowExecutionInitiated: 'child workflow',
  SignalExternalWorkflowExecutionInitiated: 'external signal',
  RequestCancelExternalWorkflowExecutionInitiated: 'external cancel',
  NexusOperationScheduled: 'nexus operation',
};

/** All that a run began, in order, with how it ended. */
export function workOf(events: readonly HistoryEvent[]): Work[] {
  const byEvent = new Map<number, Work>();
  for (const event of events) {
    const kind = kindOf(event);
    const attributes = attributesOf(event);
    const what = begins[kind];
    if (what) {
      const name = nameOf(what, attributes);
      byEvent.set(idOf(event), { what, name, event, attributes, attempts: 1, lastFailure: undefined, status: 'open' });
      continue;
    }
    const origin = byEvent.get(originOf(kind, attributes));
    if (!origin) continue;
    if (kind === 'ActivityTaskStarted') {
      origin.attempts = attributes.attempt ?? 1;
      origin.lastFailure = failureText(attributes.lastFailure) ?? origin.lastFailure;
      continue;
    }
    const status = statusAfter(kind);
    if (!status) continue;
    origin.end = event;
    origin.status = status;
    origin.lastFailure = failureText(attributes.failure) ?? origin.lastFailure;
  }
  return [...byEvent.values()];
}

function nameOf(what: Work['what'], attributes: Attributes): string {
  if (what === 'activity') return attributes.activityType?.name ?? '';
  if (what === 'timer') return attributes.timerId ?? '';
  if (what === 'child workflow') return attributes.workflowType?.name ?? '';
  if (what === 'external signal')
    return `${attributes.signalName ?? ''} to ${attributes.workflowExecution?.workflowId ?? ''}`;
  return what === 'external cancel' ? (attributes.workflowExecution?.workflowId ?? '') : (attributes.operation ?? '');
}

function originOf(kind: string, { scheduledEventId, initiatedEventId, startedEventId }: Attributes): number {
  if (/^Timer(?:Fired|Canceled)$/.test(kind)) return Number(String(startedEventId ?? 0));
  if (/^(?:Activity|Nexus)/.test(kind)) return Number(String(scheduledEventId ?? 0));
  return Number(String(initiatedEventId ?? 0));
}

function statusAfter(kind: string): Work['status'] | undefined {
  // What another workflow was asked for is done once it has been told.
  if (/^ExternalWorkflowExecution(?:Signaled|CancelRequested)$/.test(kind)) return 'completed';
  // What has started is still under way, and so is what was asked to cancel, whether or not that was heard.
  if (/Started$|CancelRequest(?:ed|Completed|Failed)$/.test(kind)) return undefined;
  if (kind === 'TimerFired') return 'fired';
  if (kind.endsWith('Completed')) return 'completed';
  if (kind.endsWith('Failed')) return 'failed';
  if (kind.endsWith('TimedOut')) return 'timed out';
  if (kind.endsWith('Canceled')) return 'cancelled';
  return kind.endsWith('Terminated') ? 'terminated' : undefined;
}

export function activityGroups(work: readonly Work[]): ActivityGroup[] {
  const groups = new Map<string, Work[]>();
  for (const one of work) {
    if (one.what !== 'activity') continue;
    groups.set(one.name, [...(groups.get(one.name) ?? []), one]);
  }
  return [...groups].map(([type, all]) => groupOf(type, all)).sort((a, b) => b.scheduled - a.scheduled);
}

function groupOf(type: string, all: readonly Work[]): ActivityGroup {
  const count = (status: Work['status']): number => all.filter((one) => one.status === status).length;
  const took = all.flatMap(({ event, end }) => (end ? [atOf(end) - atOf(event)] : [])).sort((a, b) => a - b);
  const last = all.at(-1)?.attributes ?? {};
  return {
    type,
    scheduled: all.length,
    completed: count('completed'),
    failed: count('failed'),
    timedOut: count('timed out'),
    cancelled: count('cancelled'),
    open: count('open'),
    mostAttempts: Math.max(...all.map(({ attempts }) => attempts)),
    retried: all.filter(({ attempts }) => attempts > 1).length,
    medianMs: took[Math.floor(took.length / 2)] ?? null,
    maxMs: took.at(-1) ?? null,
    heartbeatTimeoutMs: msOf(last.heartbeatTimeout),
    startToCloseTimeoutMs: msOf(last.startToCloseTimeout),
    scheduleToCloseTimeoutMs: msOf(last.scheduleToCloseTimeout),
    lastFailure: all.findLast(({ lastFailure }) => lastFailure !== undefined)?.lastFailure ?? null,
  };
}

/** What is under way in an open run, as far as the history tells. */
export function openWork(work: readonly Work[]): Waiting[] {
  return work
    .filter(({ status }) => status === 'open')
    .map(({ what, name, event, attributes, attempts, lastFailure }): Waiting => {
      const dueMs = what === 'timer' ? msOf(attributes.startToFireTimeout) : msOf(attributes.scheduleToCloseTimeout);
      return {
        what,
        name,
        eventId: idOf(event),
        since: iso(atOf(event)),
        ...(dueMs === null ? {} : { until: iso(atOf(event) + dueMs) }),
        ...(what === 'activity' ? { attempt: attempts } : {}),
        ...(lastFailure === undefined ? {} : { lastFailure }),
      };
    });
}

/** The longest of what was under way, in the order of their beginning. */
export function timelineOf(work: readonly Work[], endMs: number, most: number): TimelineBar[] {
  const length = ({ event, end }: Work): number => (end ? atOf(end) : endMs) - atOf(event);
  return [...work]
    .sort((a, b) => length(b) - length(a))
    .slice(0, most)
    .sort((a, b) => idOf(a.event) - idOf(b.event))
    .flatMap(({ what, name, event, end, status }): TimelineBar[] =>
      what === 'activity' || what === 'timer' || what === 'child workflow'
        ? [{ what, name, from: iso(atOf(event)), to: end ? iso(atOf(end)) : null, status }]
        : [],
    );
}
