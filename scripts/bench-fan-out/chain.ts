import type { Client, WorkflowHandle } from '@temporalio/client';

export interface ChainSize {
  runs: number;
  /** Of the longest and of the largest history. */
  events: number;
  bytes: number;
  /** What Temporal Cloud would bill the workflow for. */
  actions: number;
}

type History = Awaited<ReturnType<WorkflowHandle['fetchHistory']>>;
type Event = NonNullable<History['events']>[number];

/** Walks over all runs of a workflow. */
export async function chainSize(client: Client, workflowId: string, firstRunId: string): Promise<ChainSize> {
  const size: ChainSize = { runs: 0, events: 0, bytes: 0, actions: 0 };
  let runId: string | undefined = firstRunId;
  while (runId) {
    const handle: WorkflowHandle = client.workflow.getHandle(workflowId, runId);
    const { historyLength, historySize = 0 } = await handle.describe();
    const { events }: History = await handle.fetchHistory();
    size.runs += 1;
    size.events = Math.max(size.events, historyLength);
    size.bytes = Math.max(size.bytes, historySize);
    size.actions += events?.filter(isAction).length ?? 0;
    runId = events?.at(-1)?.workflowExecutionContinuedAsNewEventAttributes?.newExecutionRunId ?? undefined;
  }
  return size;
}

/** A start or continue-as-new, an activity, a timer, a signal, a child. */
function isAction(event: Event): boolean {
  return Boolean(
    event.workflowExecutionStartedEventAttributes ??
    event.activityTaskScheduledEventAttributes ??
    event.timerStartedEventAttributes ??
    event.workflowExecutionSignaledEventAttributes ??
    event.startChildWorkflowExecutionInitiatedEventAttributes,
  );
}
