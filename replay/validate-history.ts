import type { History } from '@temporalio/common/lib/proto-utils';
import { idOf, typeOf } from './events';
import { InvalidHistoryError } from './invalid-history-error';
import type { HistoryEvent } from './proto';

/**
 * Holds a history to what the SDK's core takes for granted, since the core panics on less, and then its replay never ends.
 *
 * @returns Why a sound history has nothing to replay, or undefined if it has.
 * @throws InvalidHistoryError with the reason in one sentence.
 */
export function validateHistory(history: History): string | undefined {
  const events = history.events ?? [];
  const [first] = events;
  if (!first) throw new InvalidHistoryError('It has no events.');
  events.forEach(validateEvent);
  if (!first.workflowExecutionStartedEventAttributes) {
    throw new InvalidHistoryError(
      `Its first event is ${String(typeOf(first))}, not WorkflowExecutionStarted: the beginning is missing.`,
    );
  }
  if (!first.workflowExecutionStartedEventAttributes.workflowType?.name) {
    throw new InvalidHistoryError('Its first event names no workflow type.');
  }
  events.forEach((event) => validateReference(event, events));
  refuseForeign(events);
  if (events.length < 3) return `It has ${events.length === 1 ? '1 event' : '2 events'}: no workflow task was started.`;
  if (!events.some((event) => event.workflowTaskCompletedEventAttributes))
    return 'No workflow task was completed in it.';
  return undefined;
}

function validateEvent(event: HistoryEvent, index: number): void {
  const position = index + 1;
  const id = idOf(event);
  if (id !== position) {
    throw new InvalidHistoryError(
      `Its event number ${position} has id ${id}: ids must run from 1 without a gap, oldest first.`,
    );
  }
  const type = typeOf(event);
  // What a newer server adds it marks so, and the core passes over it.
  if (event.workerMayIgnore && (type === undefined || !event[attributesOf(type)])) return;
  if (type === undefined) {
    throw new InvalidHistoryError(
      `Its event ${id} is of type ${String(event.eventType ?? 0)}, which this SDK does not know.`,
    );
  }
  if (!event[attributesOf(type)]) {
    throw new InvalidHistoryError(`Its event ${id} (${type}) lacks its attributes.`);
  }
}

/** An event that answers a command names the event of that command; in a history with events cut out it can't. */
function validateReference(event: HistoryEvent, events: readonly HistoryEvent[]): void {
  const type = typeOf(event) ?? '';
  for (const [answers, field, asked] of references) {
    if (!answers.test(type)) continue;
    const attributes = event[attributesOf(type)] as Record<string, HistoryEvent['eventId']>;
    const referred = Number(String(attributes[field] ?? 0));
    if (referred === 0) continue; // some servers leave it out
    const target = referred < idOf(event) ? events[referred - 1] : undefined;
    if (target && typeOf(target) === asked) continue;
    throw new InvalidHistoryError(
      `Its event ${idOf(event)} (${type}) answers event ${referred}, which is no ${asked}: events are missing or damaged.`,
    );
  }
}

const references: readonly (readonly [answers: RegExp, field: string, asked: string])[] = [
  [
    /^ActivityTask(?:Started|Completed|Failed|TimedOut|CancelRequested|Canceled)$/,
    'scheduledEventId',
    'ActivityTaskScheduled',
  ],
  [/^WorkflowTask(?:Started|Completed|Failed|TimedOut)$/, 'scheduledEventId', 'WorkflowTaskScheduled'],
  [/^WorkflowTask(?:Completed|Failed|TimedOut)$/, 'startedEventId', 'WorkflowTaskStarted'],
  [/^Timer(?:Fired|Canceled)$/, 'startedEventId', 'TimerStarted'],
  [/^ChildWorkflowExecution/, 'initiatedEventId', 'StartChildWorkflowExecutionInitiated'],
];

/** Another SDK's commands mean nothing to this one: its markers alone make the core give up in words that help nobody. */
function refuseForeign(events: readonly HistoryEvent[]): void {
  const sdks = events.flatMap(
    ({ workflowTaskCompletedEventAttributes: completed }) => completed?.sdkMetadata?.sdkName || [],
  );
  const named = sdks.at(-1);
  const marker = events.find(({ markerRecordedEventAttributes: recorded }) =>
    foreignMarkers.has(recorded?.markerName ?? ''),
  );
  if (named !== undefined ? named === 'temporal-typescript' : !marker) return;
  const maker =
    named ?? `the Go or the Java SDK (it has a ${String(marker?.markerRecordedEventAttributes?.markerName)} marker)`;
  throw new InvalidHistoryError(`It was made by ${maker}: only workflows of the TypeScript SDK can be replayed here.`);
}

const foreignMarkers = new Set(['Version', 'SideEffect', 'MutableSideEffect', 'LocalActivity']);

function attributesOf(type: string): keyof HistoryEvent {
  return `${type[0]?.toLowerCase() ?? ''}${type.slice(1)}EventAttributes` as keyof HistoryEvent;
}
