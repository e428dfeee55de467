import type { Client } from '@temporalio/client';
import { HistoryExistsError, saveHistory } from 'longhaul/replay';

interface Chain {
  client: Client;
  handle: { workflowId: string; firstExecutionRunId: string };
  what: string;
  codeVersion: string;
  source?: 'server' | 'time-skipping';
}

/** Saves every run of a workflow's chain; one that is saved already stays as it is. */
export async function saveChain(folder: string, { client, handle, what, ...about }: Chain): Promise<void> {
  const { workflowId } = handle;
  let number = 1;
  for (let runId: string | undefined = handle.firstExecutionRunId; runId; number += 1) {
    const history: Awaited<ReturnType<ReturnType<Client['workflow']['getHandle']>['fetchHistory']>> =
      await client.workflow.getHandle(workflowId, runId).fetchHistory();
    try {
      const file = await saveHistory(folder, { ...about, history, workflowId, runId, what: `${what} run ${number}` });
      console.log(`recorded ${file}`);
    } catch (error) {
      if (!(error instanceof HistoryExistsError)) throw error;
      console.log(`kept what is there: ${error.message}`);
    }
    runId = history.events?.at(-1)?.workflowExecutionContinuedAsNewEventAttributes?.newExecutionRunId ?? undefined;
  }
}
