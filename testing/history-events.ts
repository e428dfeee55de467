import type { WorkflowHandle } from '@temporalio/client';
import type { History } from '@temporalio/common/lib/proto-utils';

import { newRunId } from './workflow-runs';

export type HistoryEvent = NonNullable<History['events']>[number];

/**
 * The events of a workflow as the server writes them, from the first on, over its continue-as-new chain, until it closes or
 * `signal` aborts. It waits with the server's long poll, so an event comes within milliseconds.
 */
export async function* historyEvents(
  handle: WorkflowHandle & { firstExecutionRunId?: string },
  signal: AbortSignal,
): AsyncGenerator<HistoryEvent> {
  const { client, workflowId } = handle;
  const { connection, workflowService, options } = client;
  const { namespace } = options;
  let runId = handle.firstExecutionRunId;
  let nextPageToken: Uint8Array | undefined;
  for (;;) {
    signal.throwIfAborted();
    const execution = { workflowId, ...(runId === undefined ? {} : { runId }) };
    // One of its own for each call: the SDK leaves a listener on the signal behind.
    const page = await connection.withAbortSignal(AbortSignal.any([signal]), () =>
      workflowService.getWorkflowExecutionHistory({
        namespace,
        execution,
        waitNewEvent: true,
        ...(nextPageToken === undefined ? {} : { nextPageToken }),
      }),
    );
    let following: string | undefined;
    for (const event of page.history?.events ?? []) {
      yield event;
      following ??= newRunId(event);
    }
    nextPageToken = page.nextPageToken;
    if (nextPageToken.length > 0) continue;
    if (!following) return;
    runId = following;
    nextPageToken = undefined;
  }
}
