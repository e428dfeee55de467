import type { History } from '@temporalio/common/lib/proto-utils';
import { describeHistory } from '../describe-history';
import type { HistoryEvent } from '../proto';
import { carriedIn, envelopeIn } from './carried';
import { attributesOf } from './event-attributes';
import { atOf, iso, kindOf, largestPayloads, msOf } from './event-facts';
import { forecastOf } from './forecast';
import { gapsOf } from './gaps';
import { growthOf } from './growth';
import type { ReplayTime, RollOver, RunInspection, RunStatus, Unhandled, Waiting } from './inspection';
import { messagesOf, perItemOf } from './messages';
import { PayloadReader } from './payload-reader';
import { stepsOf } from './steps';
import { activityGroups, openWork, timelineOf, workOf } from './work';
import { failingTask, pendingTask } from './workflow-task';

export interface InspectRunOptions {
  /** What is known beside the history. */
  of: { file: string; workflowId: string; runId: string };
  reader?: PayloadReader;
  /** Whether steps are listed, with what went in and came out. @default false */
  payloads?: boolean;
  /** How many of the newest steps. @default 200 */
  steps?: number;
  /** Milliseconds since the epoch, which forecasts count from. @default the last event's */
  nowMs?: number;
  replay?: ReplayTime | null;
  /** What the server says of a live run: better than what the history tells, which hears of attempts only at their end. */
  waitingOn?: Waiting[];
  unhandled?: Unhandled[];
  /** What the run rolls over at, where its envelope does not tell. */
  limits?: { events?: number; bytes?: number; signals?: number };
}

const mostPoints = 200;
const mostBars = 500;

/** Makes one history readable. */
export async function inspectRun(history: History, options: InspectRunOptions): Promise<RunInspection> {
  const { of, reader = new PayloadReader(), payloads = false, steps: mostSteps = 200, replay = null } = options;
  const events = history.events ?? [];
  const [first] = events;
  const last = events.at(-1);
  const { workflowType, taskQueue, sdk, spanMs } = describeHistory(history);
  const started = first ? attributesOf(first) : {};
  const lastMs = last ? atOf(last) : 0;
  const status = statusOf(last);
  const nowMs = options.nowMs ?? lastMs;
  const { kinds, growth, bytes } = growthOf(events, mostPoints);
  const work = workOf(events);
  const messages = messagesOf(events);
  const perItem = perItemOf(messages, work, { events: events.length, bytes });
  const envelope = await envelopeIn(started.input, reader);
  const previous = started.continuedExecutionRunId;
  const signals = messages.reduce((sum, { kind, received }) => sum + (kind === 'signal' ? received : 0), 0);
  const continuedAs = await rollOverOf(last, { events: events.length, bytes }, reader);
  const open = status === 'open';
  return {
    ...of,
    workflowType,
    taskQueue,
    sdk,
    status,
    startedAt: iso(first ? atOf(first) : 0),
    lastEventAt: iso(lastMs),
    spanMs,
    events: events.length,
    bytes,
    kinds,
    growth,
    perItem,
    largestPayloads: largestPayloads(events, 10),
    activities: activityGroups(work),
    messages,
    unhandled: [...(options.unhandled ?? unhandledOf(messages, continuedAs))],
    gaps: gapsOf(events, work, 5),
    waitingOn: open ? (options.waitingOn ?? [...pendingTask(events), ...openWork(work)]) : [],
    continuedFrom: previous ? { runId: previous, carried: await carriedIn(started.input, reader) } : null,
    continuedAs,
    workflowTaskFailure: open ? failingTask(events) : null,
    timeline: timelineOf(work, nowMs, mostBars),
    ...(payloads ? { steps: await stepsOf(events, work, reader, mostSteps) } : {}),
    replay,
    forecast: forecastOf({
      open,
      nowMs,
      events: events.length,
      bytes,
      signals,
      growth,
      perItem,
      replay,
      limits: options.limits ?? envelope?.limits,
      taskMs: msOf(first?.workflowExecutionStartedEventAttributes?.workflowTaskTimeout),
    }),
  };
}

const statuses: Record<string, RunStatus> = {
  WorkflowExecutionCompleted: 'completed',
  WorkflowExecutionFailed: 'failed',
  WorkflowExecutionTimedOut: 'timed-out',
  WorkflowExecutionCanceled: 'cancelled',
  WorkflowExecutionTerminated: 'terminated',
  WorkflowExecutionContinuedAsNew: 'continued-as-new',
};

const statusOf = (last: HistoryEvent | undefined): RunStatus => (last && statuses[kindOf(last)]) ?? 'open';

async function rollOverOf(
  last: HistoryEvent | undefined,
  size: { events: number; bytes: number },
  reader: PayloadReader,
): Promise<RollOver | null> {
  if (!last || kindOf(last) !== 'WorkflowExecutionContinuedAsNew') return null;
  const { newExecutionRunId, input } = attributesOf(last);
  return { runId: newExecutionRunId ?? '', at: iso(atOf(last)), ...size, carried: await carriedIn(input, reader) };
}

/** What no code has seen, and what a rollover handed on undone. */
function unhandledOf(messages: RunInspection['messages'], continuedAs: RollOver | null): Unhandled[] {
  const { inboxes = {}, deadLetters = 0, undeclared = 0 } = continuedAs?.carried.envelope ?? {};
  return [
    ...messages.map(({ kind, name, notSeen }) => ({
      what: `${kind} ${name}, received after the last workflow task began`,
      count: notSeen,
    })),
    ...Object.entries(inboxes).map(([name, count]) => ({ what: `items of inbox ${name}, handed on`, count })),
    { what: 'dead letters, handed on', count: deadLetters },
    { what: 'signals that no handler is declared for, handed on', count: undeclared },
  ].filter(({ count }) => count > 0);
}
