import type { History } from '@temporalio/common/lib/proto-utils';
import { InvalidHistoryError } from '../invalid-history-error';
import type { ParsedHistory } from '../parse-history';
import { eventTypeEnum, historyEventType, historyFromObject } from '../proto';
import { isObject, type Json } from './json';
import { type Leniency, messageFromJson, namesOf } from './proto-json';

export const payloadsApproximated =
  'payloads approximated: the file holds decoded values, of which their bytes were made again';

export const pageAlone = 'one page of a history alone: it names a next one, and what that holds is not looked at';

/**
 * Reads each JSON form that tools write: the CLI's and the SDK's `{ events }`, the HTTP API's `{ history }` with and without
 * payload shorthand, the Web UI's with decoded payloads, the Java SDK's `{ workflowId, runId, events }`, a bare array of
 * events, `JSON.stringify` of a fetched history; each with any spelling of fields and enums, oldest or newest event first.
 *
 * @throws InvalidHistoryError with the reason in one sentence.
 */
export function historyFromJson(json: unknown): ParsedHistory {
  const wrapper = isObject(json) ? json : {};
  const leniency: Leniency = { payloadsApproximated: false };
  const events = oldestFirst(listOf(json).map((event, index) => eventFromJson(event, index, leniency)));
  return {
    history: decode(events),
    ...textField('workflowId', wrapper.workflowId ?? wrapper.workflow_id),
    ...textField('runId', wrapper.runId ?? wrapper.run_id),
    ...(leniency.payloadsApproximated && { payloadsApproximated: true }),
    ...((wrapper.nextPageToken ?? wrapper.next_page_token) ? { isPage: true } : {}),
  };
}

function listOf(json: unknown): unknown[] {
  const inner = isObject(json) ? (json.history ?? json) : json;
  const events = isObject(inner) ? inner.events : inner;
  if (!Array.isArray(events)) throw new InvalidHistoryError('It has no list of events.');
  const pages = events.filter((item) => isObject(item) && (Array.isArray(item.events) || isObject(item.history)));
  if (pages.length > 0) {
    throw new InvalidHistoryError(`It holds ${pages.length} histories: save each in a file of its own.`);
  }
  return events as unknown[];
}

function eventFromJson(json: unknown, index: number, leniency: Leniency): Json {
  if (!isObject(json)) throw new InvalidHistoryError(`Its event number ${index + 1} is not an object.`);
  const event = messageFromJson(historyEventType, json, `event ${index + 1}`, leniency);
  const named = json.eventType ?? json.event_type;
  if (event.eventType === 0 || event.eventType === undefined) {
    const attributes = Object.keys(event).find((field) => field.endsWith('EventAttributes'));
    const derived =
      attributes && namesOf(eventTypeEnum).get(attributes.slice(0, -'EventAttributes'.length).toLowerCase());
    if (derived === undefined && typeof named === 'string' && event.workerMayIgnore !== true) {
      throw new InvalidHistoryError(
        `Its event ${index + 1} is of type ${JSON.stringify(named.slice(0, 80))}, which this SDK does not know.`,
      );
    }
    event.eventType = derived ?? 0;
  }
  return event;
}

/** Old tools write the newest event first. */
function oldestFirst(events: Json[]): Json[] {
  const ids = events.map(({ eventId }) => (isObject(eventId) ? Number(eventId.low) : Number(eventId)));
  const newestFirst = ids.length > 1 && ids.every((id, index) => id === ids.length - index);
  return newestFirst ? events.reverse() : events;
}

function decode(events: Json[]): History {
  try {
    return historyFromObject({ events });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new InvalidHistoryError(`It is not a history in JSON (${reason.split('\n')[0] ?? ''}).`);
  }
}

function textField<K extends 'workflowId' | 'runId'>(name: K, value: unknown): { [N in K]?: string } {
  return typeof value === 'string' && value !== '' ? ({ [name]: value } as { [N in K]?: string }) : {};
}
