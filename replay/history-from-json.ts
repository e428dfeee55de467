import { InvalidHistoryError } from './invalid-history-error';
import type { ParsedHistory } from './parse-history';
import { historyFromProtoJson } from './proto';

type Json = Record<string, unknown>;

const again = 'Export it again with `temporal workflow show --output json`.';

/**
 * Reads each JSON form that tools write: the CLI's and the SDK's `{ events }`, the HTTP API's `{ history }`, the Java
 * SDK's `{ workflowId, runId, events }`, and a bare array of events.
 *
 * @throws InvalidHistoryError with the reason in one sentence.
 */
export function historyFromJson(json: unknown): ParsedHistory {
  const wrapper = isObject(json) ? json : {};
  const inner = isObject(wrapper.history) ? wrapper.history : wrapper;
  const events = Array.isArray(json) ? (json as unknown[]) : inner.events;
  if (!Array.isArray(events)) throw new InvalidHistoryError('It has no list of events.');
  const spelled = events.map(spellEvent);
  return { history: decode(spelled), ...textFields(wrapper, 'workflowId', 'runId') };
}

function decode(events: Json[]): ParsedHistory['history'] {
  try {
    return historyFromProtoJson({ events });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    if (/Payload|base64|encoding/i.test(reason)) {
      throw new InvalidHistoryError(`Its payloads were decoded when it was saved (${reason}). ${again}`);
    }
    throw new InvalidHistoryError(`It is not protobuf's JSON form (${reason}). ${again}`);
  }
}

function spellEvent(event: unknown, index: number): Json {
  if (!isObject(event)) throw new InvalidHistoryError(`Its event number ${index + 1} is not an object.`);
  if ('event_id' in event || 'event_type' in event) {
    throw new InvalidHistoryError(`Its fields are in snake_case. ${again}`);
  }
  const key = Object.keys(event).find((name) => name.endsWith('EventAttributes'));
  const attributes = key === undefined ? undefined : event[key];
  return {
    ...spellEnums(event, { eventType: 'EVENT_TYPE' }),
    ...(key !== undefined && isObject(attributes) && { [key]: spellAttributes(attributes) }),
  };
}

function spellAttributes(attributes: Json): Json {
  const spelled = spellEnums(attributes, {
    parentClosePolicy: 'PARENT_CLOSE_POLICY',
    workflowIdReusePolicy: 'WORKFLOW_ID_REUSE_POLICY',
    initiator: 'CONTINUE_AS_NEW_INITIATOR',
    retryState: 'RETRY_STATE',
  });
  if (isObject(spelled.taskQueue)) spelled.taskQueue = spellEnums(spelled.taskQueue, { kind: 'TASK_QUEUE_KIND' });
  return spelled;
}

/** Older tools write `ActivityTaskScheduled` where protobuf says `EVENT_TYPE_ACTIVITY_TASK_SCHEDULED`. */
function spellEnums(object: Json, prefixes: Record<string, string>): Json {
  const spelled = { ...object };
  for (const [field, prefix] of Object.entries(prefixes)) {
    const value = spelled[field];
    if (typeof value !== 'string' || value === '' || value.startsWith(prefix)) continue;
    const upper = /^[A-Z_]+$/.test(value) ? value : value.replace(/(?<=.)[A-Z]/g, '_$&').toUpperCase();
    spelled[field] = `${prefix}_${upper}`;
  }
  return spelled;
}

function textFields<K extends string>(object: Json, ...names: K[]): { [N in K]?: string } {
  const fields: { [N in K]?: string } = {};
  for (const name of names) {
    const value = object[name];
    if (typeof value === 'string' && value !== '') fields[name] = value;
  }
  return fields;
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
