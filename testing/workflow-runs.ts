import type { Client } from '@temporalio/client';
import type { History } from '@temporalio/common/lib/proto-utils';

/** One run of a workflow, with its history so far. */
export interface WorkflowRun {
  workflowId: string;
  runId: string;
  workflowType: string;
  taskQueue: string;
  history: History;
  isOpen: boolean;
  /** Whether a workflow started it, not a client. */
  isChild: boolean;
}

type Event = NonNullable<History['events']>[number];

/**
 * Fetches every run of a workflow: those that it continued as new, retried or was started by cron with, and those of
 * its children.
 *
 * @param first The first run; the server's newest is taken where it has no `runId`.
 */
export async function workflowRuns(
  client: Client,
  first: { workflowId: string; runId?: string | undefined },
): Promise<WorkflowRun[]> {
  const runs: WorkflowRun[] = [];
  const waiting: { workflowId: string; runId?: string | undefined; isChild: boolean }[] = [
    { ...first, isChild: false },
  ];
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    const { workflowId, runId, isChild } = next;
    const history = await client.workflow.getHandle(workflowId, runId).fetchHistory();
    const events = history.events ?? [];
    const started = events[0]?.workflowExecutionStartedEventAttributes;
    const last = events.at(-1);
    runs.push({
      workflowId,
      runId: runId ?? started?.originalExecutionRunId ?? '',
      workflowType: started?.workflowType?.name ?? '',
      taskQueue: started?.taskQueue?.name ?? '',
      history,
      isOpen: last !== undefined && !isClosing(last),
      isChild,
    });
    const following = last === undefined ? undefined : newRunId(last);
    if (following) waiting.push({ workflowId, runId: following, isChild });
    for (const { childWorkflowExecutionStartedEventAttributes: child } of events) {
      const { workflowId: childId, runId: childRunId } = child?.workflowExecution ?? {};
      if (childId && childRunId) waiting.push({ workflowId: childId, runId: childRunId, isChild: true });
    }
  }
  return runs;
}

/** The run that `event` ended its own in, if it did. */
export function newRunId(event: Event): string | undefined {
  const attributes =
    event.workflowExecutionContinuedAsNewEventAttributes ??
    event.workflowExecutionCompletedEventAttributes ??
    event.workflowExecutionFailedEventAttributes ??
    event.workflowExecutionTimedOutEventAttributes;
  return attributes?.newExecutionRunId ?? undefined;
}

function isClosing(event: Event): boolean {
  return Boolean(
    event.workflowExecutionContinuedAsNewEventAttributes ??
    event.workflowExecutionCompletedEventAttributes ??
    event.workflowExecutionFailedEventAttributes ??
    event.workflowExecutionTimedOutEventAttributes ??
    event.workflowExecutionCanceledEventAttributes ??
    event.workflowExecutionTerminatedEventAttributes,
  );
}
