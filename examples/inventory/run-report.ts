import type { Client } from '@temporalio/client';
import { readJournal } from './batches';
import type { Crash } from './crashes';

export interface RunOfChain {
  runId: string;
  events: number;
}

export interface CrashCost extends Crash {
  /**
   * From the kill until the last of what the dead worker held was taken up again; where it held nothing, until the next workflow
   * task. Undefined where nothing had to be taken up: what it held had been answered just before.
   */
  secondsUntilResumed: number | undefined;
  filesDoneAgain: number;
}

interface ReportOptions {
  client: Client;
  workflowId: string;
  firstRunId: string;
  crashes: readonly Crash[];
  store: string;
}

/** What the run cost, from the server's own record and the workers' journal. */
export async function runReport(options: ReportOptions): Promise<{ runs: RunOfChain[]; crashes: CrashCost[] }> {
  const { client, workflowId, firstRunId, store } = options;
  const runs: RunOfChain[] = [];
  const starts: Start[] = [];
  for (let runId: string | undefined = firstRunId; runId;) {
    const run: RunRecord = await readRun(client, workflowId, runId);
    runs.push({ runId, events: run.events });
    starts.push(...run.starts);
    runId = run.next;
  }
  const others = new Map(
    options.crashes.flatMap(({ held }) => held.map((activity) => [activity.runId, activity.workflowId])),
  );
  for (const { runId } of runs) others.delete(runId);
  for (const [runId, id] of others) starts.push(...(await readRun(client, id, runId)).starts);
  const journal = await readJournal(store);
  const crashes = options.crashes.map((crash) => {
    const again = journal.filter(
      (line) =>
        line.pid === crash.pid &&
        journal.some((later) => later.activity === line.activity && later.work === line.work && later.at > crash.at),
    );
    return {
      ...crash,
      secondsUntilResumed: secondsUntilResumed(crash, starts),
      filesDoneAgain: again.reduce((sum, { files }) => sum + files, 0),
    };
  });
  return { runs, crashes };
}

/** The start of an activity's attempt, or of a workflow task. */
interface Start {
  runId: string;
  activityId: string | undefined;
  attempt: number;
  at: number;
}

interface RunRecord {
  events: number;
  starts: Start[];
  next: string | undefined;
}

async function readRun(client: Client, workflowId: string, runId: string): Promise<RunRecord> {
  const { events } = await client.workflow.getHandle(workflowId, runId).fetchHistory();
  const activityIds = new Map<string, string>();
  const starts: Start[] = [];
  let next: string | undefined;
  for (const event of events ?? []) {
    const at = Number(event.eventTime?.seconds ?? 0) * 1_000 + (event.eventTime?.nanos ?? 0) / 1e6;
    const scheduled = event.activityTaskScheduledEventAttributes;
    if (scheduled) activityIds.set(String(event.eventId), scheduled.activityId ?? '');
    const started = event.activityTaskStartedEventAttributes;
    if (started) {
      starts.push({
        runId,
        activityId: activityIds.get(String(started.scheduledEventId)),
        attempt: started.attempt ?? 1,
        at,
      });
    }
    if (event.workflowTaskStartedEventAttributes) starts.push({ runId, activityId: undefined, attempt: 1, at });
    next = event.workflowExecutionContinuedAsNewEventAttributes?.newExecutionRunId ?? next;
  }
  return { events: events?.length ?? 0, starts, next };
}

function secondsUntilResumed({ at, held }: Crash, starts: readonly Start[]): number | undefined {
  const resumed =
    held.length === 0
      ? starts.filter((start) => start.activityId === undefined && start.at > at).slice(0, 1)
      : starts.filter(({ runId, activityId, attempt }) =>
          held.some(
            (activity) => activity.runId === runId && activity.activityId === activityId && attempt > activity.attempt,
          ),
        );
  return resumed.length === 0 ? undefined : (Math.max(...resumed.map((start) => start.at)) - at) / 1_000;
}
