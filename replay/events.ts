import { EventType, type HistoryEvent, type Payload } from './proto';

/** Event ids are a `Long`, a number or a string, depending on who made the history. */
export function idOf(event: HistoryEvent): number {
  return Number(String(event.eventId ?? 0));
}

/** `ActivityTaskScheduled` for `EVENT_TYPE_ACTIVITY_TASK_SCHEDULED`; undefined for a type that this SDK doesn't know. */
export function typeOf(event: HistoryEvent): string | undefined {
  if (!event.eventType) return undefined;
  const name = EventType[event.eventType] as string | undefined;
  return name
    ?.replace(/^EVENT_TYPE_/, '')
    .toLowerCase()
    .replace(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** Milliseconds since the epoch. */
export function timeOf(event: HistoryEvent): number | undefined {
  if (!event.eventTime) return undefined;
  return Number(String(event.eventTime.seconds ?? 0)) * 1_000 + Math.floor((event.eventTime.nanos ?? 0) / 1e6);
}

/** The value of a payload that holds JSON, or undefined. */
export function jsonOf(payload: Payload | null | undefined): unknown {
  if (!payload?.data) return undefined;
  try {
    return JSON.parse(Buffer.from(payload.data).toString('utf8'));
  } catch {
    return undefined;
  }
}
