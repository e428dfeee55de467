import type { Client, WorkflowHandle } from '@temporalio/client';
import type { History } from '@temporalio/common/lib/proto-utils';
import { inspectRuns } from './inspect-histories';
import type { InspectedRun, InspectOptions } from './inspect-histories';
import type { InspectReport, Unhandled } from './inspection';
import { PayloadReader } from './payload-reader';
import { pendingOf } from './pending';

export interface InspectWorkflowOptions extends InspectOptions {
  /** One run of the workflow. @default its newest */
  runId?: string;
  /** How many runs of the chain, newest first. @default 10 */
  runs?: number;
  /**
   * Asks the workflow's own `longhaul.status`, which tells what waits in its inboxes. It needs a worker, and is a Temporal Cloud
   * action. @default false
   */
  askStatus?: boolean;
}

/**
 * Makes a workflow on a server readable, with the runs that it was continued from.
 *
 * @throws WorkflowNotFoundError when the server knows no such workflow.
 * @remarks One describe and one history call a run and a thousand events. Asks no worker unless `askStatus`.
 */
export async function inspectWorkflow(
  client: Client,
  workflowId: string,
  options: InspectWorkflowOptions = {},
): Promise<InspectReport> {
  const { runId, runs: most = 10, askStatus = false, now = Date.now, ...inspecting } = options;
  const raw = await describe(client, workflowId, runId);
  const newest = raw.workflowExecutionInfo?.execution?.runId ?? undefined;
  const reader = new PayloadReader(options);
  const live = Number(raw.workflowExecutionInfo?.status) === 1;
  const runs: InspectedRun[] = [];
  for (let next: string | undefined = newest; next !== undefined && runs.length < most;) {
    const history = await client.workflow
      .getHandle(workflowId, next)
      .fetchHistory()
      .catch((error: unknown) => {
        // Earlier runs may be past their retention.
        if (runs.length > 0) return undefined;
        throw error;
      });
    if (!history) break;
    runs.push({
      history,
      of: { file: `${workflowId}/${next}`, workflowId, runId: next },
      ...(next === newest && live ? { waitingOn: await pendingOf(raw, history, reader), nowMs: now() } : {}),
    });
    next = previousOf(history);
  }
  const [first] = runs;
  if (first && live && askStatus) Object.assign(first, await told(client, workflowId, first));
  return inspectRuns(runs, { ...inspecting, now });
}

/** By the raw call: the SDK's own decodes the memo, and one that it can't decode ends it. */
async function describe(client: Client, workflowId: string, runId: string | undefined) {
  const { namespace } = client.options;
  const execution = { workflowId, ...(runId !== undefined && { runId }) };
  try {
    return await client.workflowService.describeWorkflowExecution({ namespace, execution });
  } catch (error) {
    await client.workflow.getHandle(workflowId, runId).describe(); // fails in the SDK's words
    throw error;
  }
}

const previousOf = ({ events }: History): string | undefined =>
  events?.[0]?.workflowExecutionStartedEventAttributes?.continuedExecutionRunId || undefined;

interface StatusLike {
  limits?: InspectedRun['limits'];
  inboxes?: Record<string, { depth: number; leases: number }>;
  deadLetters?: unknown[];
  undeclared?: unknown[];
}

/** What the workflow says of itself: by its status, or as any workflow does, by the handlers that it has. */
async function told(client: Client, workflowId: string, { of, history }: InspectedRun): Promise<Partial<InspectedRun>> {
  const handle = client.workflow.getHandle(workflowId, of.runId);
  const status = await handle.query<StatusLike>('longhaul.status').catch(() => undefined);
  if (!status) return { unhandled: await withoutHandler(handle, history) };
  const { limits, inboxes = {}, deadLetters = [], undeclared = [] } = status;
  const unhandled: Unhandled[] = [
    ...Object.entries(inboxes).map(([name, { depth }]) => ({ what: `items of inbox ${name}`, count: depth })),
    ...Object.entries(inboxes).map(([name, { leases }]) => ({ what: `items of inbox ${name} in hand`, count: leases })),
    { what: 'dead letters', count: deadLetters.length },
    { what: 'signals that no handler is declared for', count: undeclared.length },
  ].filter(({ count }) => count > 0);
  return { unhandled, ...(limits ? { limits } : {}) };
}

interface MetadataLike {
  definition?: { signalDefinitions?: { name?: string }[] };
}

/** Signals that the SDK keeps until a handler of their name is set. A default handler is not among those that it tells of. */
async function withoutHandler(handle: WorkflowHandle, { events }: History): Promise<Unhandled[]> {
  const told = await handle.query<MetadataLike>('__temporal_workflow_metadata').catch(() => undefined);
  const { signalDefinitions } = told?.definition ?? {};
  if (!signalDefinitions) return [];
  const known = new Set(signalDefinitions.map(({ name }) => name));
  const counts = new Map<string, number>();
  for (const { workflowExecutionSignaledEventAttributes: signalled } of events ?? []) {
    const name = signalled?.signalName ?? '';
    if (signalled && !known.has(name)) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return [...counts].map(([name, count]) => ({
    what: `signal ${name}, for which no handler is set (a setDefaultSignalHandler aside)`,
    count,
  }));
}
