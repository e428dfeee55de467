import type { Finding } from './report';
import type { Described, ServerCalls } from './server-calls';
import { agedActivities, historyEvents, isRunning, judge, mayTaskFail } from './judge';
import type { TypeSettings } from './settings';
import type { Suspect } from './suspects';
import { failedTasks, unrecorded } from './task-failure';
import type { TaskFailure } from './task-failure';
import { msOf } from './time';

export interface LookOptions {
  settingsOf: (workflowType: string) => TypeSettings;
  nowMs: number;
  notTakenMs: number;
}

export interface LookedAt {
  workflowId: string;
  firstRunId: string;
  running: boolean;
  taskQueue: string;
  findings: Finding[];
}

const tailEvents = 10;
const tailPage = 1_000;

/** Looks at one execution, with one describe; a failing task and many signals take a look at its history too. */
export class Looker {
  /** Signals counted so far by run, up to which event: what has been counted is not read again. */
  private readonly counted = new Map<string, { upTo: number; signals: number }>();
  /** When activities were scheduled first, by run and id: that never changes. */
  private readonly scheduled = new Map<string, ReadonlyMap<string, number>>();

  constructor(private readonly calls: ServerCalls) {}

  /** @returns undefined where the server knows it no more. */
  async look(
    { workflowId, runId, failed = false }: Pick<Suspect, 'workflowId'> & { runId?: string; failed?: boolean },
    options: LookOptions,
  ): Promise<LookedAt | undefined> {
    const described = await this.calls.describe(workflowId, runId);
    if (!described) return undefined;
    const info = described.workflowExecutionInfo;
    const ownRunId = info?.execution?.runId ?? '';
    const settings = options.settingsOf(info?.type?.name ?? '');
    const running = isRunning(described);
    const signals = running ? await this.signalsOf(described, workflowId, ownRunId, settings) : undefined;
    const { nowMs, notTakenMs } = options;
    const mayFail = running && mayTaskFail(described, { nowMs, failed });
    const aged = running ? agedActivities(described, settings, nowMs) : [];
    return {
      workflowId,
      firstRunId: info?.firstRunId || ownRunId,
      running,
      taskQueue: info?.taskQueue ?? '',
      findings: judge(described, {
        nowMs,
        settings,
        notTakenMs,
        ...(mayFail ? { taskFailure: await this.taskFailure(described, workflowId, ownRunId, settings) } : {}),
        ...(signals === undefined ? {} : { signals }),
        ...(aged.length === 0 ? {} : { firstScheduledMs: await this.firstScheduled(workflowId, ownRunId, aged) }),
      }),
    };
  }

  /** Reads on behind signals, which may be many, until it is known that the task fails, or that it does not. */
  private async taskFailure(
    { pendingWorkflowTask: task }: Described,
    workflowId: string,
    runId: string,
    { workflowTaskAttempts }: TypeSettings,
  ): Promise<TaskFailure & { tries: number }> {
    // Where the server's own count tells already, the cause is all that is asked for.
    const needed = (task?.attempt ?? 1) >= workflowTaskAttempts ? 1 : workflowTaskAttempts - 1;
    const events: Parameters<typeof failedTasks>[0] = [];
    for (let token: Uint8Array | undefined; ;) {
      const page = await this.calls.historyTail(workflowId, runId, token ? tailPage : tailEvents, token);
      events.push(...(page?.history?.events ?? []));
      const { count, newest, whole } = failedTasks(events);
      token = page && page.nextPageToken.length > 0 ? page.nextPageToken : undefined;
      if (whole || !token || count >= needed) return { ...(newest ?? unrecorded), tries: count + 1 };
    }
  }

  /** From the history, the newest events first, as far back as it takes. */
  private async firstScheduled(
    workflowId: string,
    runId: string,
    activityIds: readonly string[],
  ): Promise<ReadonlyMap<string, number>> {
    const known = this.scheduled.get(runId);
    if (known && activityIds.every((id) => known.has(id))) return known;
    const found = new Map(known);
    const missing = new Set(activityIds.filter((id) => !found.has(id)));
    let token: Uint8Array | undefined;
    do {
      const page = await this.calls.historyTail(workflowId, runId, tailPage, token);
      for (const { activityTaskScheduledEventAttributes: scheduled, eventTime } of page?.history?.events ?? []) {
        if (scheduled?.activityId && missing.delete(scheduled.activityId))
          found.set(scheduled.activityId, msOf(eventTime) ?? 0);
      }
      token = page && page.nextPageToken.length > 0 ? page.nextPageToken : undefined;
    } while (token && missing.size > 0);
    for (const id of missing) found.delete(id);
    if (this.scheduled.size > 10_000) this.scheduled.clear();
    this.scheduled.set(runId, found);
    return found;
  }

  /** A run has no more signals than events, so few have to be counted; nothing else tells their number. */
  private async signalsOf(
    described: Described,
    workflowId: string,
    runId: string,
    settings: TypeSettings,
  ): Promise<number | undefined> {
    const events = historyEvents(described);
    if (events < settings.signals) return undefined;
    const known = this.counted.get(runId) ?? { upTo: 0, signals: 0 };
    let { signals } = known;
    let token: Uint8Array | undefined;
    let newest = known.upTo;
    do {
      const page = await this.calls.historyTail(workflowId, runId, tailPage, token);
      const fresh = (page?.history?.events ?? []).filter(({ eventId }) => Number(String(eventId)) > known.upTo);
      newest = Math.max(newest, ...fresh.map(({ eventId }) => Number(String(eventId))));
      signals += fresh.filter(({ workflowExecutionSignaledEventAttributes: signal }) => signal).length;
      token = page && fresh.length > 0 && page.nextPageToken.length > 0 ? page.nextPageToken : undefined;
    } while (token);
    if (this.counted.size > 10_000) this.counted.clear(); // counted anew, which costs calls and nothing else
    this.counted.set(runId, { upTo: newest, signals });
    return signals;
  }
}
