import type { Connection } from '@temporalio/client';
import type { History } from '@temporalio/common/lib/proto-utils';
import { decodeHistory, encodeHistory } from '../proto';

type Service = Pick<Connection['workflowService'], 'getWorkflowExecutionHistory'>;

export interface FetchedRun {
  workflowId: string;
  runId: string;
  /** Decoded by this package's own copy of the protocol. */
  history: History;
}

/** Fetches the history of a run by the raw call, page by page. */
export async function fetchRun(
  service: Service,
  namespace: string,
  workflowId: string,
  runId: string,
): Promise<FetchedRun> {
  const events: NonNullable<History['events']> = [];
  let nextPageToken: Uint8Array | undefined;
  do {
    const page = await service.getWorkflowExecutionHistory({
      namespace,
      execution: { workflowId, runId },
      ...(nextPageToken && { nextPageToken }),
    });
    events.push(...(page.history?.events ?? []));
    nextPageToken = page.nextPageToken.length > 0 ? page.nextPageToken : undefined;
  } while (nextPageToken);
  return { workflowId, runId, history: decodeHistory(encodeHistory({ events })) };
}

/** Every run of the chain that one belongs to, oldest first: continued as new, retried, or by a cron schedule. */
export async function fetchChain(
  service: Service,
  namespace: string,
  { workflowId, runId, most }: { workflowId: string; runId: string; most: number },
): Promise<{ runs: FetchedRun[]; missing: string[] }> {
  const missing: string[] = [];
  const fetch = async (id: string): Promise<FetchedRun | undefined> => {
    try {
      return await fetchRun(service, namespace, workflowId, id);
    } catch (error) {
      if ((error as { code?: number }).code !== 5) throw error;
      missing.push(id); // past its retention
      return undefined;
    }
  };
  const own = await fetch(runId);
  if (!own) return { runs: [], missing };
  const runs = [own];
  for (let run: FetchedRun | undefined = own; run && runs.length < most;) {
    const before: string | null | undefined =
      run.history.events?.[0]?.workflowExecutionStartedEventAttributes?.continuedExecutionRunId;
    run = before ? await fetch(before) : undefined;
    if (run) runs.unshift(run);
  }
  for (let run: FetchedRun | undefined = own; run && runs.length < most;) {
    const after: string | undefined = continuedBy(run.history);
    run = after ? await fetch(after) : undefined;
    if (run) runs.push(run);
  }
  return { runs, missing };
}

/** The run that goes on where this one ended. */
export function continuedBy({ events }: History): string | undefined {
  const last = events?.at(-1);
  const ended =
    last?.workflowExecutionContinuedAsNewEventAttributes ??
    last?.workflowExecutionCompletedEventAttributes ??
    last?.workflowExecutionFailedEventAttributes ??
    last?.workflowExecutionTimedOutEventAttributes;
  return ended?.newExecutionRunId || undefined;
}
