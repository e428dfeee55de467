import type { Connection } from '@temporalio/client';
import { jsonOf } from '../events';
import type { Payload } from '../proto';

/** A run as visibility lists it. */
export interface ListedRun {
  workflowId: string;
  runId: string;
  workflowType: string;
  /** `running`, `completed`, `failed`, `canceled`, `terminated`, `continued-as-new`, `timed-out`. */
  status: string;
  taskQueue: string;
  /** Events; 0 where the server does not know yet, as of open runs. */
  length: number;
  startedAt: number;
  patches: string[];
  /** Newest build or deployment version that worked on it. */
  version: string;
}

type Service = Pick<Connection['workflowService'], 'listWorkflowExecutions'>;

const statuses = [
  '',
  'running',
  'completed',
  'failed',
  'canceled',
  'terminated',
  'continued-as-new',
  'timed-out',
  'paused',
];

/**
 * Lists runs by the raw call: the SDK's own listing decodes memos, and one that it can't decode ends the whole of it.
 *
 * @param most How many to list.
 */
export async function listRuns(
  service: Service,
  { namespace, query, most }: { namespace: string; query: string; most: number },
): Promise<ListedRun[]> {
  const runs: ListedRun[] = [];
  let nextPageToken: Uint8Array | undefined;
  do {
    const pageSize = Math.min(1_000, most - runs.length);
    const page = await service.listWorkflowExecutions({
      namespace,
      query,
      pageSize,
      ...(nextPageToken && { nextPageToken }),
    });
    for (const { execution, type, status, taskQueue, historyLength, startTime, searchAttributes } of page.executions) {
      const fields = (searchAttributes?.indexedFields ?? {}) as Record<string, Payload>;
      const versions = listOf(fields.BuildIds).filter((id) => !/^(?:un)?versioned$/.test(id));
      runs.push({
        workflowId: execution?.workflowId ?? '',
        runId: execution?.runId ?? '',
        workflowType: type?.name ?? '',
        status: statuses[status ?? 0] ?? `status ${status ?? 0}`,
        taskQueue: taskQueue ?? '',
        length: Number(String(historyLength ?? 0)),
        startedAt: Number(String(startTime?.seconds ?? 0)) * 1_000,
        patches: listOf(fields.TemporalChangeVersion).sort(),
        version: versions.at(-1) ?? '',
      });
    }
    nextPageToken = page.nextPageToken.length > 0 ? page.nextPageToken : undefined;
  } while (nextPageToken && runs.length < most);
  return runs;
}

function listOf(payload: Payload | undefined): string[] {
  const value = jsonOf(payload);
  return Array.isArray(value)
    ? value.filter((item) => typeof item === 'string')
    : typeof value === 'string'
      ? [value]
      : [];
}
