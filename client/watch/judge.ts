import type { Finding, Verdict } from './report';
import type { Described } from './server-calls';
import type { TypeSettings } from './settings';
import { fixes, unrecorded } from './task-failure';
import type { TaskFailure } from './task-failure';
import { iso, isoOrNull, msOf, span } from './time';

/** What a run is judged by, beside what the server says of it. */
export interface Evidence {
  nowMs: number;
  settings: TypeSettings;
  /** How long a task may wait for a worker that takes it, in milliseconds. */
  notTakenMs: number;
  /** Why its workflow task fails, and how often it did; asked only where it may. */
  taskFailure?: TaskFailure & { tries: number };
  /** Signals that the run has received; counted only where they may be many. */
  signals?: number;
  /** When activities were scheduled first, by id; asked only where the server tells of a later attempt alone. */
  firstScheduledMs?: ReadonlyMap<string, number>;
}

type Pending = NonNullable<Described['pendingActivities']>[number];

/** Started, in the server's numbers of the states of activities and of workflow tasks. */
const activityStarted = 2;
const activityCancelRequested = 3;
const activityScheduled = 1;
const taskScheduled = 1;
const running = 1;

export const isRunning = ({ workflowExecutionInfo: info }: Described): boolean => Number(info?.status) === running;

/**
 * Whether its workflow task may fail, so that its history is worth a call. The server counts attempts anew whenever a signal comes
 * between two, so that the task of a workflow which is signalled again and again is at its first or second for ever.
 *
 * @param failed Whether it did when it was looked at last.
 */
export function mayTaskFail(
  { pendingWorkflowTask: task, executionConfig }: Described,
  { nowMs, failed }: { nowMs: number; failed: boolean },
): boolean {
  if (!task) return false;
  const longMs = (msOf(executionConfig?.defaultWorkflowTaskTimeout) ?? 10_000) / 5;
  return failed || (task.attempt ?? 1) > 1 || nowMs - (msOf(task.startedTime) ?? nowMs) > longMs;
}

export const historyEvents = ({ workflowExecutionInfo: info }: Described): number =>
  Number(String(info?.historyLength ?? 0));

/**
 * Activities of which it must be asked when they were scheduled first: the server tells when the current attempt was. Only those that
 * can have been under way for too long, since their run began before.
 */
export function agedActivities(
  { pendingActivities, workflowExecutionInfo: info }: Described,
  { activityAgeMs }: TypeSettings,
  nowMs: number,
): string[] {
  const startedMs = msOf(info?.startTime);
  if (activityAgeMs === undefined || startedMs === undefined || nowMs - startedMs <= activityAgeMs) return [];
  return pendingActivities.flatMap(({ activityId, attempt, paused, scheduledTime }) =>
    (attempt ?? 1) > 1 && !paused && activityId && nowMs - (msOf(scheduledTime) ?? 0) <= activityAgeMs
      ? [activityId]
      : [],
  );
}

/** Each thing that is wrong with a run. None of a run that waits as designed. */
export function judge(described: Described, evidence: Evidence): Finding[] {
  if (!isRunning(described)) return [];
  const found = [
    ...overdue(described, evidence),
    ...workflowTask(described, evidence),
    ...described.pendingActivities.flatMap((pending) => activity(pending, evidence)),
    ...limits(described, evidence),
    ...backlog(described, evidence),
  ];
  const base = baseOf(described, evidence.settings);
  return found.map((finding) => ({ ...base, ...finding }));
}

type Found = Pick<Finding, 'verdict' | 'subject' | 'since' | 'message' | 'fix'> & Partial<Finding>;

function baseOf({ workflowExecutionInfo: info }: Described, { team }: TypeSettings) {
  const runId = info?.execution?.runId ?? '';
  return {
    workflowType: info?.type?.name ?? '',
    workflowId: info?.execution?.workflowId ?? '',
    runId,
    firstRunId: info?.firstRunId || runId,
    taskQueue: info?.taskQueue ?? '',
    team: team ?? textAttribute(info, 'TeamOwner') ?? null,
  };
}

function overdue(
  { workflowExecutionInfo: info, workflowExtendedInfo: extended }: Described,
  evidence: Evidence,
): Found[] {
  const { settings, nowMs } = evidence;
  // The deadline is set once and carried; where it is missing the first start of the chain has to do.
  const startedMs = msOf(extended?.originalStartTime) ?? msOf(info?.startTime);
  const told = Date.parse(textAttribute(info, 'LonghaulDeadline') ?? '');
  const deadlineMs = Number.isNaN(told)
    ? settings.expectedMs !== undefined && startedMs !== undefined
      ? startedMs + settings.expectedMs
      : undefined
    : told;
  if (deadlineMs === undefined || nowMs <= deadlineMs) return [];
  const message = `It is ${span(nowMs - deadlineMs)} past its expected maximum, which was at ${iso(deadlineMs)}.`;
  const fix = 'Look at what it waits on: longhaul inspect. If it is as it should be, raise expectedMaxDuration.';
  return [{ verdict: 'overdue', subject: '', since: iso(deadlineMs), message, fix }];
}

function workflowTask(described: Described, { settings, nowMs, notTakenMs, taskFailure }: Evidence): Found[] {
  const { pendingWorkflowTask: task } = described;
  if (!task) return [];
  const sinceMs = msOf(task.originalScheduledTime) ?? msOf(task.scheduledTime);
  const attempts = Math.max(task.attempt ?? 1, taskFailure?.tries ?? 1);
  if (attempts >= settings.workflowTaskAttempts) {
    const { cause, why } = taskFailure ?? unrecorded;
    return [
      {
        verdict: 'workflow-task-failing',
        subject: '',
        since: isoOrNull(sinceMs),
        message: `Its workflow task has been tried ${attempts} times (${cause}): ${shorten(why)}`,
        fix: fixes[cause],
        cause,
        attempts,
      },
    ];
  }
  if (Number(task.state) !== taskScheduled || sinceMs === undefined || nowMs - sinceMs <= notTakenMs) return [];
  return [
    {
      verdict: 'no-worker',
      subject: '',
      since: iso(sinceMs),
      message: `Its workflow task has waited for ${span(nowMs - sinceMs)}, and no worker takes it.`,
      fix: 'Start a worker for its task queue, or for the deployment version that it is pinned to.',
    },
  ];
}

function activity(pending: Pending, { settings, nowMs, notTakenMs, firstScheduledMs }: Evidence): Found[] {
  const type = pending.activityType?.name ?? '';
  const { paused, lastFailure, lastWorkerIdentity } = pending;
  if (paused) return []; // somebody did that on purpose
  const attempts = pending.attempt ?? 1;
  const scheduledMs = firstScheduledMs?.get(pending.activityId ?? '') ?? msOf(pending.scheduledTime);
  const found: Found[] = [];
  const add = (verdict: Verdict, sinceMs: number | undefined, message: string, fix: string, more?: Partial<Finding>) =>
    found.push({ verdict, subject: type, since: isoOrNull(sinceMs), message, fix, attempts, ...more });
  if (attempts >= settings.activityAttempts) {
    const why = lastFailure?.message ? ` Its last failure: ${shorten(lastFailure.message)}` : '';
    add(
      'activity-retrying',
      scheduledMs,
      `Activity ${type} is at attempt ${attempts}.${why}`,
      'Mend the cause of its failures, or give it a scheduleToCloseTimeout, so that the workflow hears of them.',
    );
  }
  const heardMs = Math.max(msOf(pending.lastHeartbeatTime) ?? 0, msOf(pending.lastStartedTime) ?? 0);
  const heartbeatMs = msOf(pending.activityOptions?.heartbeatTimeout);
  const silentMs = Math.max(settings.activitySilenceMs, heartbeatMs ?? 0);
  // One that is to be cancelled runs until it beats, and may never.
  const isAtWork = [activityStarted, activityCancelRequested].includes(Number(pending.state));
  if (isAtWork && heardMs > 0 && nowMs - heardMs > silentMs) {
    add(
      'activity-silent',
      heardMs,
      `Activity ${type} has run in ${lastWorkerIdentity ?? 'a worker'} and not beaten for ${span(nowMs - heardMs)}.`,
      heartbeatMs === undefined
        ? "Give it heartbeatTimeout: '45 seconds' and have it beat, such as by longActivity: without it nobody learns of a crash."
        : 'Shorten its heartbeatTimeout: it is noticed only after that.',
    );
  }
  if (
    settings.activityAgeMs !== undefined &&
    scheduledMs !== undefined &&
    nowMs - scheduledMs > settings.activityAgeMs
  ) {
    add(
      'activity-overdue',
      scheduledMs,
      `Activity ${type} has been under way for ${span(nowMs - scheduledMs)}, longer than ${span(settings.activityAgeMs)}.`,
      'Look at what it does, and bound it by scheduleToCloseTimeout.',
    );
  }
  const dueMs = msOf(pending.nextAttemptScheduleTime) ?? msOf(pending.scheduledTime);
  if (Number(pending.state) === activityScheduled && dueMs !== undefined && nowMs - dueMs > notTakenMs) {
    const queue = pending.activityOptions?.taskQueue?.name;
    add(
      'no-worker',
      dueMs,
      `Activity ${type} has waited for ${span(nowMs - dueMs)}${queue ? ` on task queue ${queue}` : ''}, and no worker takes it.`,
      'Start workers for the task queue of the activity, or more of them.',
      queue ? { taskQueue: queue } : {},
    );
  }
  return found;
}

function limits(described: Described, { settings, signals }: Evidence): Found[] {
  const bytes = Number(String(described.workflowExecutionInfo?.historySizeBytes ?? 0));
  const near = (subject: string, is: number, limit: number, fix: string): Found[] =>
    is < limit
      ? []
      : [
          {
            verdict: 'near-limit',
            subject,
            since: null,
            message: `It has ${is.toLocaleString('en-US')} ${subject}; from ${limit.toLocaleString('en-US')} on it is watched.`,
            fix,
          },
        ];
  const continues =
    'Continue as new earlier (longRunning does by what the history holds); longhaul inspect tells what grows.';
  const fewer = 'Have fewer under way at once, such as by fanOut.';
  return [
    ...near('events in its history', historyEvents(described), settings.historyEvents, continues),
    ...near('bytes in its history', bytes, settings.historyBytes, continues),
    ...near('signals received', signals ?? 0, settings.signals, continues),
    ...near('pending activities', described.pendingActivities.length, settings.pending, fewer),
    ...near('pending children', described.pendingChildren.length, settings.pending, fewer),
  ];
}

function backlog({ workflowExecutionInfo: info }: Described, { settings, nowMs }: Evidence): Found[] {
  const since = Date.parse(textAttribute(info, 'LonghaulBacklogSince') ?? '');
  if (Number.isNaN(since) || nowMs - since < settings.backlogAgeMs) return [];
  return [
    {
      verdict: 'inbox-unread',
      subject: '',
      since: iso(since),
      message: `One of its inboxes holds items that nobody has read for ${span(nowMs - since)}.`,
      fix: 'longhaul run ID status names the inbox; see why its reader does not come round.',
    },
  ];
}

/** Search attributes are JSON that no codec encodes. */
function textAttribute(info: Described['workflowExecutionInfo'], name: string): string | undefined {
  const data = info?.searchAttributes?.indexedFields?.[name]?.data;
  if (!data) return undefined;
  try {
    const value: unknown = JSON.parse(Buffer.from(data).toString());
    return typeof value === 'string' ? value : undefined;
  } catch {
    return undefined;
  }
}

const shorten = (text: string): string => {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > 300 ? `${line.slice(0, 299)}…` : line;
};
