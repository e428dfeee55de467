import { idOf } from '../events';
import type { HistoryEvent } from '../proto';
import { workflowTaskFailedCause } from '../proto';
import { attributesOf } from './event-attributes';
import { atOf, failureText, iso, kindOf } from './event-facts';
import type { RunInspection, Waiting } from './inspection';

/** Failed and timed-out workflow tasks since the last one that was completed. */
export function failingTask(events: readonly HistoryEvent[]): RunInspection['workflowTaskFailure'] {
  const lastGood = events.findLastIndex((event) => kindOf(event) === 'WorkflowTaskCompleted');
  const failures = events
    .slice(lastGood + 1)
    .filter((event) => /^WorkflowTask(?:Failed|TimedOut)$/.test(kindOf(event)));
  const last = failures.at(-1);
  if (!last) return null;
  const { cause, failure } = attributesOf(last);
  const timedOut = kindOf(last) === 'WorkflowTaskTimedOut';
  return {
    eventId: idOf(last),
    cause: timedOut ? 'TIMED_OUT' : workflowTaskFailedCause(Number(cause ?? 0)),
    message: failureText(failure) ?? (timedOut ? 'no worker answered in time' : ''),
    count: failures.length,
  };
}

/** A workflow task that waits for a worker, or that one has not answered. */
export function pendingTask(events: readonly HistoryEvent[]): Waiting[] {
  const last = events.findLast((event) => kindOf(event).startsWith('WorkflowTask'));
  if (!last || !['WorkflowTaskScheduled', 'WorkflowTaskStarted'].includes(kindOf(last))) return [];
  const started = kindOf(last) === 'WorkflowTaskStarted';
  return [
    {
      what: 'workflow task',
      name: started ? 'at work in a worker' : 'a worker that takes it',
      eventId: idOf(last),
      since: iso(atOf(last)),
    },
  ];
}
