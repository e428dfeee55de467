import { setTimeout as sleep } from 'node:timers/promises';
import type { Client, WorkflowExecutionDescription } from '@temporalio/client';
import { decodeArrayFromPayloads } from '@temporalio/common/lib/internal-non-workflow';
import { fixes, taskFailureIn } from '../../client/watch/task-failure';
import { DrillError } from './drill-error';
import type { DrilledTimeouts, DrillTry } from './drill-report';

type Pending = NonNullable<WorkflowExecutionDescription['raw']['pendingActivities']>[number];
type TimeLike = { seconds?: unknown; nanos?: number | null } | null | undefined;

/** An activity as the server has it. */
export interface Observed {
  activityId: string;
  attempt: number;
  /** Whether a worker runs it. */
  started: boolean;
  startedAtMs: number;
  beatAtMs: number | undefined;
  /** What the last beat carried; undefined for nothing. */
  checkpoint: unknown;
  timeout: DrillTry['timeout'];
  failure: string | null;
  /** Who runs it, or ran it last. */
  identity: string;
  /** When the attempt before it ended. */
  endedAtMs: number | undefined;
}

/** Reads one activity of one workflow off the server, again and again. */
export class ActivityObserver {
  constructor(
    private readonly client: Client,
    private readonly workflowId: string,
    private readonly type: string,
    private readonly signal?: AbortSignal,
  ) {}

  /** Undefined while it is not scheduled, and once it has closed. */
  async now(): Promise<{
    observed: Observed | undefined;
    closed: string | undefined;
    /** How often its workflow task has been tried. */
    taskAttempt: number;
    runId: string;
    buildId: string | null;
  }> {
    const { raw, runId, status } = await this.client.workflow.getHandle(this.workflowId).describe();
    const pending = (raw.pendingActivities ?? []).find(({ activityType }) => activityType?.name === this.type);
    return {
      observed: pending && (await this.observed(pending)),
      closed: status.name === 'RUNNING' ? undefined : status.name,
      taskAttempt: raw.pendingWorkflowTask?.attempt ?? 0,
      runId,
      buildId: pending?.lastDeploymentVersion?.buildId ?? null,
    };
  }

  /**
   * Waits until `what` holds.
   *
   * @returns undefined when it did not within that time.
   * @throws DrillError where the workflow closes first and `orClosed` is not set, or fails its workflow tasks and `orFails` is.
   */
  async until(
    what: (observed: Observed | undefined) => boolean,
    { withinMs, orClosed = false, orFails = false }: { withinMs: number; orClosed?: boolean; orFails?: boolean },
  ): Promise<{ observed: Observed | undefined; runId: string; buildId: string | null } | undefined> {
    for (const end = Date.now() + withinMs; ;) {
      const { observed, closed, taskAttempt, ...at } = await this.now();
      if (what(observed) || (closed !== undefined && orClosed)) return { observed, ...at };
      if (closed !== undefined) {
        throw new DrillError(
          `Workflow ${this.workflowId} was ${closed.toLowerCase()} before activity ${this.type} could be drilled: give it input that keeps the activity busy for longer.`,
        );
      }
      if (orFails && taskAttempt > 1) await this.refuseFailing();
      if (Date.now() > end) return undefined;
      await sleep(pollMs, undefined, this.signal ? { signal: this.signal } : {});
    }
  }

  /** How it was scheduled, and how it ended, from the history. */
  async recorded(activityId: string): Promise<{
    timeouts: DrilledTimeouts;
    ended: DrillTry['timeout'] | 'failed' | 'completed' | undefined;
    failure: string | null;
  }> {
    const { events } = await this.client.workflow.getHandle(this.workflowId).fetchHistory();
    const scheduled = (events ?? []).findLast(
      ({ activityTaskScheduledEventAttributes: attributes }) => attributes?.activityId === activityId,
    );
    const how = scheduled?.activityTaskScheduledEventAttributes;
    const timeouts: DrilledTimeouts = {
      heartbeatMs: lengthOf(how?.heartbeatTimeout),
      startToCloseMs: lengthOf(how?.startToCloseTimeout),
      scheduleToCloseMs: lengthOf(how?.scheduleToCloseTimeout),
      scheduleToStartMs: lengthOf(how?.scheduleToStartTimeout),
      maximumAttempts: how?.retryPolicy?.maximumAttempts ?? 0,
    };
    const isOf = (id: unknown): boolean => scheduled !== undefined && String(id) === String(scheduled.eventId);
    for (const event of events ?? []) {
      const { activityTaskTimedOutEventAttributes: timedOut, activityTaskFailedEventAttributes: failed } = event;
      if (timedOut && isOf(timedOut.scheduledEventId)) {
        return { timeouts, ended: timeoutOf(timedOut.failure) ?? 'failed', failure: timedOut.failure?.message ?? null };
      }
      if (failed && isOf(failed.scheduledEventId)) {
        return { timeouts, ended: 'failed', failure: failed.failure?.message ?? null };
      }
      if (isOf(event.activityTaskCompletedEventAttributes?.scheduledEventId)) {
        return { timeouts, ended: 'completed', failure: null };
      }
    }
    return { timeouts, ended: undefined, failure: null };
  }

  /** Which activities the workflow has scheduled, to end a sentence. */
  async scheduled(): Promise<string> {
    const { events } = await this.client.workflow.getHandle(this.workflowId).fetchHistory();
    const names = (events ?? []).flatMap(
      ({ activityTaskScheduledEventAttributes: scheduled }) => scheduled?.activityType?.name ?? [],
    );
    if (names.includes(this.type)) return 'has scheduled it: see that workers have free slots for it';
    const others = [...new Set(names)].sort();
    return others.length === 0
      ? 'has scheduled no activity yet: give it the input and the signals with which it does'
      : `has scheduled ${others.join(', ')}`;
  }

  /** The workflow gets nowhere: better now than when the time is up. A task that only took too long may be a slow machine. */
  private async refuseFailing(): Promise<void> {
    const { events } = await this.client.workflow.getHandle(this.workflowId).fetchHistory();
    const { cause, why } = taskFailureIn({ history: { events: (events ?? []).toReversed() } });
    if (cause === 'timed-out' || cause === 'unknown') return;
    throw new DrillError(
      `Workflow ${this.workflowId} fails its workflow task: ${why.replace(/\.?$/, '.')} ${fixes[cause]}`,
    );
  }

  private async observed(pending: Pending): Promise<Observed> {
    const startedAtMs = momentOf(pending.lastStartedTime) ?? 0;
    const details = pending.heartbeatDetails?.payloads ?? [];
    const { loadedDataConverter } = this.client.options;
    const [checkpoint] =
      details.length === 0
        ? []
        : await decodeArrayFromPayloads(loadedDataConverter, details).catch(() => ['(unreadable)']);
    return {
      activityId: pending.activityId ?? '',
      attempt: pending.attempt ?? 1,
      started: Number(pending.state) === 2,
      startedAtMs,
      beatAtMs: momentOf(pending.lastHeartbeatTime),
      checkpoint,
      timeout: timeoutOf(pending.lastFailure),
      failure: pending.lastFailure?.message ?? null,
      identity: pending.lastWorkerIdentity ?? '',
      endedAtMs: momentOf(pending.lastAttemptCompleteTime),
    };
  }
}

const pollMs = 50;

function timeoutOf(failure: Pending['lastFailure']): DrillTry['timeout'] {
  const kinds = [null, 'start-to-close', 'schedule-to-start', 'schedule-to-close', 'heartbeat'] as const;
  return kinds[failure?.timeoutFailureInfo?.timeoutType ?? 0] ?? null;
}

function momentOf(time: TimeLike): number | undefined {
  if (!time) return undefined;
  const ms = Number(time.seconds ?? 0) * 1_000 + Math.floor((time.nanos ?? 0) / 1e6);
  return ms > 0 ? ms : undefined;
}

const lengthOf = (time: TimeLike): number | null => momentOf(time) ?? null;
