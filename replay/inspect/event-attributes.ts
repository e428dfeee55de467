import type { HistoryEvent, Payload } from '../proto';

/** An event's id: a `Long`, a number or a string. */
export type IdLike = HistoryEvent['eventId'];

export type DurationLike = { seconds?: IdLike; nanos?: number | null } | null | undefined;

export type FailureLike =
  | {
      message?: string | null;
      cause?: FailureLike;
      encodedAttributes?: Payload | null;
      timeoutFailureInfo?: { timeoutType?: number | null; lastHeartbeatDetails?: PayloadsLike } | null;
      applicationFailureInfo?: { type?: string | null } | null;
    }
  | null
  | undefined;

export type PayloadsLike = { payloads?: Payload[] | null } | null | undefined;

/** The attributes that are read here, of whichever kind the event is. */
export interface Attributes {
  activityId?: string | null;
  activityType?: { name?: string | null } | null;
  workflowType?: { name?: string | null } | null;
  workflowId?: string | null;
  workflowExecution?: { workflowId?: string | null } | null;
  signalName?: string | null;
  timerId?: string | null;
  markerName?: string | null;
  operation?: string | null;
  acceptedRequest?: { input?: { name?: string | null; args?: PayloadsLike } | null } | null;
  scheduledEventId?: IdLike;
  initiatedEventId?: IdLike;
  startedEventId?: IdLike;
  acceptedEventId?: IdLike;
  attempt?: number | null;
  lastFailure?: FailureLike;
  failure?: FailureLike;
  cause?: unknown;
  input?: PayloadsLike;
  result?: PayloadsLike;
  outcome?: { success?: PayloadsLike; failure?: FailureLike } | null;
  details?: PayloadsLike | Record<string, PayloadsLike>;
  heartbeatTimeout?: DurationLike;
  startToCloseTimeout?: DurationLike;
  scheduleToCloseTimeout?: DurationLike;
  startToFireTimeout?: DurationLike;
  continuedExecutionRunId?: string | null;
  newExecutionRunId?: string | null;
  timeoutType?: number | null;
  historySizeBytes?: IdLike;
}

/** An event has one member with its attributes, named after its kind. */
export function attributesOf(event: HistoryEvent): Attributes {
  for (const [name, value] of Object.entries(event)) {
    if (name.endsWith('EventAttributes') && value) return value as Attributes;
  }
  return {};
}
