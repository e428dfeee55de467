/** How a run ended, or that it has not. */
export type RunStatus = 'open' | 'completed' | 'failed' | 'timed-out' | 'cancelled' | 'terminated' | 'continued-as-new';

export interface KindCount {
  /** As Temporal's tools call it: `ActivityTaskScheduled`. */
  kind: string;
  events: number;
  /** Encoded, about as the server counts them. */
  bytes: number;
}

/** How large the history was after an event. */
export interface GrowthPoint {
  /** ISO 8601. */
  at: string;
  events: number;
  bytes: number;
}

/** What one item adds to the history, on average. */
export interface PerItem {
  /** What was counted as an item: `signal addOrder`, `update addOrder`, `activity ship` or `child workflow shipment`. */
  unit: string;
  items: number;
  events: number;
  bytes: number;
}

export interface LargePayload {
  eventId: number;
  kind: string;
  /** What the event is about: an activity type, a signal's name. Empty where it has none. */
  name: string;
  /** Where in the event it is: `input[0]`, `result[0]`. */
  part: string;
  bytes: number;
}

export interface ActivityGroup {
  type: string;
  scheduled: number;
  completed: number;
  failed: number;
  timedOut: number;
  cancelled: number;
  /** Scheduled and not closed. */
  open: number;
  /** The most attempts that one of them took. */
  mostAttempts: number;
  /** How many took more than one attempt. */
  retried: number;
  /** From scheduled to closed, in milliseconds; null where none is closed. */
  medianMs: number | null;
  maxMs: number | null;
  /** As it was scheduled last, in milliseconds; null is unset. */
  heartbeatTimeoutMs: number | null;
  startToCloseTimeoutMs: number | null;
  scheduleToCloseTimeoutMs: number | null;
  lastFailure: string | null;
}

/** A stretch of time in which nothing was recorded. */
export interface Gap {
  from: string;
  to: string;
  ms: number;
  /** The events on its two sides. */
  after: { eventId: number; kind: string };
  before: { eventId: number; kind: string };
  /** What was under way meanwhile, such as `timer 5` or `activity ship`; at most three. */
  during: string[];
}

/** What a run waits for. An open run that lists nothing waits for a signal, an update or a cancellation. */
export interface Waiting {
  what:
    | 'activity'
    | 'timer'
    | 'child workflow'
    | 'external signal'
    | 'external cancel'
    | 'nexus operation'
    | 'workflow task';
  /** Activity type, timer id or summary, workflow id. */
  name: string;
  eventId: number | null;
  since: string;
  /** When it is due at the latest, where that is known. */
  until?: string;
  attempt?: number;
  lastFailure?: string;
  /** When the last beat arrived; of a running activity of a live workflow. */
  lastBeatAt?: string;
  /** What the last beat carried, decoded; with `payloads`. */
  lastBeat?: unknown;
  /** Why it does not get on, where that can be told. */
  note?: string;
}

export interface MessageCount {
  kind: 'signal' | 'update';
  name: string;
  received: number;
  bytes: number;
  /** Recorded after the last workflow task began, so that no workflow code has seen them. */
  notSeen: number;
}

/** What was received and not handled, as far as a history tells. */
export interface Unhandled {
  what: string;
  count: number;
}

/** What a run was handed by the one before it, or hands to the next. */
export interface Carried {
  bytes: number;
  /** Of a `longRunning` workflow. */
  envelope?: {
    protocol: number;
    run: number;
    cause: string;
    /** Parts of the envelope with their size in bytes of JSON, largest first. */
    parts: { part: string; bytes: number }[];
    /** Items that wait, by inbox. */
    inboxes: Record<string, number>;
    deadLetters: number;
    undeclared: number;
  };
}

export interface RollOver {
  runId: string;
  /** ISO 8601. */
  at: string;
  events: number;
  bytes: number;
  carried: Carried;
}

/** A step of the workflow with what went in and came out. */
export interface Step {
  eventId: number;
  what: 'activity' | 'local activity' | 'child workflow' | 'nexus operation' | 'signal' | 'update' | 'workflow';
  name: string;
  at: string;
  ms: number | null;
  attempts: number;
  status: string;
  input?: unknown[];
  output?: unknown;
  failure?: string;
}

/** How long workflow code takes to replay the whole of it, on this machine. */
export interface ReplayTime {
  ms: number;
  /** Of a replay of about half of it; null where it is too short to tell. */
  halfMs: number | null;
  status: string;
}

export interface Forecast {
  what: 'rollover' | 'warning' | 'limit' | 'signal limit' | 'workflow task';
  /** What runs out: `4,000 events`. */
  threshold: string;
  now: number;
  at: number;
  unit: 'events' | 'bytes' | 'signals' | 'ms of replay';
  /** When it is reached at the pace so far; null where the run is closed, does not grow, or is past it. */
  when: string | null;
  /** How many more items it takes; null where no item is known. */
  items: number | null;
  reached: boolean;
}

/** One run, made readable. */
export interface RunInspection {
  file: string;
  workflowId: string;
  runId: string;
  workflowType: string;
  taskQueue: string;
  sdk: string;
  status: RunStatus;
  startedAt: string;
  lastEventAt: string;
  spanMs: number;
  events: number;
  bytes: number;
  kinds: KindCount[];
  /** At most 200 points, first and last event included. */
  growth: GrowthPoint[];
  perItem: PerItem | null;
  largestPayloads: LargePayload[];
  activities: ActivityGroup[];
  messages: MessageCount[];
  unhandled: Unhandled[];
  gaps: Gap[];
  waitingOn: Waiting[];
  /** What this run began with, where it continues another. */
  continuedFrom: { runId: string; carried: Carried } | null;
  /** What it handed on, where it was continued. */
  continuedAs: RollOver | null;
  /** Failed or timed-out workflow tasks: the newest of them. */
  workflowTaskFailure: { eventId: number; cause: string; message: string; count: number } | null;
  /** Bars for a picture of the run; at most 500, the longest. */
  timeline: TimelineBar[];
  /** With `payloads`. */
  steps?: Step[];
  replay: ReplayTime | null;
  forecast: Forecast[];
}

export interface TimelineBar {
  what: Step['what'] | 'timer';
  name: string;
  from: string;
  /** Null while it is open. */
  to: string | null;
  status: string;
}

/** A history that could not be read. */
export interface Unreadable {
  file: string;
  message: string;
}

/** The outcome of an inspection, in the form that `longhaul inspect --json` prints. It only ever gains fields. */
export interface InspectReport {
  schema: 'longhaul.inspect/1';
  /** Whether everything could be read. */
  ok: boolean;
  /** Moment of the inspection, which forecasts count from; ISO 8601. */
  at: string;
  runs: RunInspection[];
  unreadable: Unreadable[];
}
