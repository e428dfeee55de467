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
  if (type === undefined) {
    throw new InvalidHistoryError(
      `Its event ${id} is of type ${String(event.eventType ?? 0)}, which this SDK does not know.`,
    );
  }
  const attributes = `${type[0]?.toLowerCase() ?? ''}${type.slice(1)}EventAttributes`;
  if (!event[attributes as keyof HistoryEvent]) {
    throw new InvalidHistoryError(`Its event ${id} (${type}) lacks its attributes.`);
  }
}
