import type { Client } from '@temporalio/client';
import { saveHistory } from 'longhaul/replay';
import { kinds, workflowIdOf } from './kinds';
import type { DrillSize } from './plan';

/** Saves every run of every queue as `longhaul replay` reads them. */
export async function saveRuns(client: Client, { queues }: DrillSize, folder: string): Promise<void> {
  for (const kind of kinds) {
    for (let queue = 0; queue < queues; queue += 1) {
      const workflowId = workflowIdOf(kind, queue);
      let number = 0;
      for await (const { runId } of client.workflow.list({ query: `WorkflowId = '${workflowId}'` })) {
        const history = await client.workflow.getHandle(workflowId, runId).fetchHistory();
        number += 1;
        await saveHistory(folder, {
          history,
          workflowId,
          runId,
          what: `queue ${queue} run ${number}`,
          codeVersion: 'chaos',
        });
      }
    }
  }
}
