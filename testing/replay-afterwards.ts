import type { ReplayWorkerOptions } from '@temporalio/worker';

import { ReplayAfterwardsError } from './errors';
import { workerSdk } from './sdk';
import type { WorkflowRun } from './workflow-runs';

/**
 * Replays each of `runs` with its own workflow id, on the code and options that a worker ran it with.
 *
 * @param runs As `workflowRuns` fetches them.
 * @param options The worker's own bundle, interceptors, plugins and data converter.
 * @throws ReplayAfterwardsError for the first run that does not replay, with the SDK's error as its cause.
 */
export async function replayAfterwards(runs: readonly WorkflowRun[], options: ReplayWorkerOptions): Promise<void> {
  if (runs.length === 0) return;
  const { Worker } = workerSdk();
  const histories = runs.map(({ workflowId, history }) => ({ workflowId, history }));
  let first: ReplayAfterwardsError | undefined;
  let index = 0;
  // Ending the loop early would leave the replay worker running.
  for await (const { workflowId, runId, error } of Worker.runReplayHistories(options, histories)) {
    const run = runs[index];
    index += 1;
    if (error === undefined || first !== undefined) continue;
    const events = run?.history.events?.length ?? 0;
    first = new ReplayAfterwardsError(
      `Workflow ${run?.workflowType ?? ''} ${workflowId} (run ${runId}, ${events} events) does not replay on the code that ran it: ${error.message}`,
      workflowId,
      runId,
      { cause: error },
    );
  }
  if (first !== undefined) throw first;
}
