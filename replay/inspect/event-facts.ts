import type { DurationLike, FailureLike } from './event-attributes';
import { attributesOf } from './event-attributes';
import { idOf, timeOf, typeOf } from '../events';
import type { HistoryEvent, Payload } from '../proto';
import type { LargePayload } from './inspection';

export const iso = (ms: number): string => new Date(ms).toISOString();

export const kindOf = (event: HistoryEvent): string => typeOf(event) ?? 'Unknown';

export const atOf = (event: HistoryEvent): number => timeOf(event) ?? 0;

/** Milliseconds; null where it is unset or 0, which the server takes for unset. */
export function msOf(duration: DurationLike): number | null {
  if (!duration) return null;
  const ms = Number(String(duration.seconds ?? 0)) * 1_000 + Math.round((duration.nanos ?? 0) / 1e6);
  return ms === 0 ? null : ms;
}

/** The message of a failure with that of its root cause, where they differ. */
export function failureText(failure: FailureLike): string | undefined {
  if (!failure) return undefined;
  let root = failure;
  while (root.cause) root = root.cause;
  const [outer, inner] = [failure.message ?? '', root.message ?? ''];
  if (root.encodedAttributes && !inner) return 'an encoded failure';
  return outer === inner || inner === '' ? outer : `${outer}: ${inner}`;
}

/** What an event is about: an activity type, a signal's name, a workflow type. */
export function nameOf(event: HistoryEvent, events: readonly HistoryEvent[]): string {
  const own = attributesOf(event);
  const named =
    own.activityType?.name ??
    own.workflowType?.name ??
    own.signalName ??
    own.operation ??
    own.acceptedRequest?.input?.name;
  if (named) return named;
  if (own.timerId) return `timer ${own.timerId}`;
  if (own.markerName) return own.markerName;
  const from = Number(String(own.scheduledEventId ?? own.initiatedEventId ?? own.startedEventId ?? 0));
  const origin = from > 0 && from < idOf(event) ? events[from - 1] : undefined;
  return origin ? nameOf(origin, events) : '';
}

/** Each payload in an event, with where it is. */
export function payloadsIn(event: HistoryEvent): { part: string; payload: Payload; bytes: number }[] {
  const found: { part: string; payload: Payload; bytes: number }[] = [];
  const visit = (value: unknown, path: string): void => {
    if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return;
    const { data, metadata } = value as Payload;
    if (data instanceof Uint8Array && metadata) {
      found.push({ part: path, payload: value, bytes: data.length });
      return;
    }
    if (Array.isArray(value)) value.forEach((item, index) => visit(item, `${path}[${index}]`));
    else
      for (const [key, item] of Object.entries(value)) {
        // `payloads` is protobuf's wrapper of a list; it tells a reader nothing.
        visit(item, key === 'payloads' || key === 'fields' ? path : path === '' ? key : `${path}.${key}`);
      }
  };
  visit(attributesOf(event), '');
  return found;
}

export function largestPayloads(events: readonly HistoryEvent[], most: number): LargePayload[] {
  const all: LargePayload[] = [];
  for (const event of events) {
    for (const { part, bytes } of payloadsIn(event)) {
      all.push({ eventId: idOf(event), kind: kindOf(event), name: '', part, bytes });
    }
  }
  return all
    .sort((a, b) => b.bytes - a.bytes || a.eventId - b.eventId)
    .slice(0, most)
    .map((large) => {
      const event = events[large.eventId - 1];
      return { ...large, name: event ? nameOf(event, events) : '' };
    });
}
