import type { WorkflowService } from '@temporalio/client';

import { jsonOf } from '../events';
import { fromHistory, type LoadedHistory } from '../load-histories';
import type { History, HistoryEvent, Payload } from '../proto';
import { type OpenRun, pickRuns } from './pick-runs';

export interface FetchLiveHistoriesOptions {
  /** Of a connection: `connection.workflowService`. */
  workflowService: Pick<WorkflowService, 'listWorkflowExecutions' | 'getWorkflowExecutionHistory'>;
  namespace: string;
  /** Which runs, as a list filter of the server. @default "ExecutionStatus = 'Running'" */
  query?: string;
  /** Only runs that a worker of this build has taken on, or that are pinned to it. @default of all builds */
  buildId?: string;
  /** At most so many runs: of each type the oldest first. @default 1_000 */
  limit?: number;
  signal?: AbortSignal;
  /** Called once with how many runs were listed, how many of them are fetched, and whether the listing ended before all were. */
  onListed?: (listed: { runs: number; taken: number; cut: boolean }) => void;
  /** Called with how far it has come, in a few words. */
  onProgress?: (words: string) => void;
}

/** Pages that are asked for at once: more make a server slower for those whose workflows it runs. */
const inFlight = 8;
/** Rows of a listing that are looked at, so that a namespace of millions does not take hours. */
const mostRows = 100_000;

/**
 * Fetches the histories of runs that a namespace holds, to replay them on new code before it is deployed.
 *
 * It asks the server directly: `client.workflow.list()` decodes each memo, and one that it can't decode ends the listing.
 *
 * @throws What the connection throws: no server, no permission, a query that the server refuses.
 */
export async function fetchLiveHistories(options: FetchLiveHistoriesOptions): Promise<LoadedHistory[]> {
  const { limit = 1_000, signal, onListed, onProgress } = options;
  const { runs: listed, cut } = await listRuns(options);
  const runs = pickRuns(listed, limit);
  onListed?.({ runs: listed.length, taken: runs.length, cut });
  const histories: LoadedHistory[] = new Array<LoadedHistory>(runs.length);
  let next = 0;
  let done = 0;
  const worker = async () => {
    for (let index = next++; index < runs.length; index = next++) {
      signal?.throwIfAborted();
      const run = runs[index];
      if (run) histories[index] = await fetchRun(options, run);
      onProgress?.(`${(done += 1)} of ${runs.length} histories fetched`);
    }
  };
  await Promise.all(Array.from({ length: inFlight }, worker));
  return histories;
}

async function listRuns(options: FetchLiveHistoriesOptions): Promise<{ runs: OpenRun[]; cut: boolean }> {
  const { workflowService, namespace, query = "ExecutionStatus = 'Running'", buildId, signal, onProgress } = options;
  const runs: OpenRun[] = [];
  let nextPageToken: Uint8Array | undefined;
  let rows = 0;
  do {
    signal?.throwIfAborted();
    const page = await workflowService.listWorkflowExecutions({
      namespace,
      query,
      pageSize: 1_000,
      ...(nextPageToken && { nextPageToken }),
    });
    for (const { execution, type, startTime, searchAttributes } of page.executions) {
      rows += 1;
      if (buildId !== undefined && !isOfBuild(searchAttributes?.indexedFields ?? {}, buildId)) continue;
      runs.push({
        workflowId: execution?.workflowId ?? '',
        runId: execution?.runId ?? '',
        workflowType: type?.name ?? '',
        startedAt: Number(String(startTime?.seconds ?? 0)),
      });
    }
    onProgress?.(`${rows} runs listed`);
    nextPageToken = page.nextPageToken.length > 0 ? page.nextPageToken : undefined;
  } while (nextPageToken && rows < mostRows);
  return { runs, cut: nextPageToken !== undefined };
}

/**
 * Whether a run is in the hands of a build, given by its id or as `deployment:id`. The deployment's attribute is that of now;
 * without one, the list of all builds that have worked on it must do.
 */
function isOfBuild(attributes: Record<string, Payload>, buildId: string): boolean {
  const now = jsonOf(attributes.TemporalWorkerDeploymentVersion);
  const all = jsonOf(attributes.BuildIds);
  const builds: unknown[] = typeof now === 'string' ? [now] : Array.isArray(all) ? all : [];
  return builds.some((build) => build === buildId || String(build).endsWith(`:${buildId}`));
}

async function fetchRun(
  { workflowService, namespace }: FetchLiveHistoriesOptions,
  { workflowId, runId }: OpenRun,
): Promise<LoadedHistory> {
  const events: HistoryEvent[] = [];
  let nextPageToken: Uint8Array | undefined;
  const name = `${workflowId}/${runId}`;
  try {
    do {
      const page = await workflowService.getWorkflowExecutionHistory({
        namespace,
        execution: { workflowId, runId },
        ...(nextPageToken && { nextPageToken }),
      });
      events.push(...(page.history?.events ?? []));
      nextPageToken = page.nextPageToken.length > 0 ? page.nextPageToken : undefined;
    } while (nextPageToken);
  } catch (error) {
    if ((error as { code?: unknown }).code !== 5) throw error;
    // It has been deleted since it was listed.
    return { ...fromHistory({}, { workflowId, runId, name }), problem: skipped };
  }
  const history: History = { events };
  return { ...fromHistory(history, { workflowId, runId, name }), namespace };
}

const skipped = { status: 'skipped', message: 'It is no longer there: its retention has ended meanwhile.' } as const;
