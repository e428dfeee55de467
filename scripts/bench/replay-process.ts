import { readFileSync } from 'node:fs';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { decodeHistory } from '../../replay/proto';

// A process of its own, so that what the driver holds is no part of it: replays a history on a worker that does not have it in
// its cache, and tells by IPC how many seconds of CPU each replay took.

export interface ReplayOrder {
  historyPath: string;
  bundlePath: string;
  workflowId: string;
  replays: number;
}

async function main({ historyPath, bundlePath, workflowId, replays }: ReplayOrder): Promise<void> {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  const history = decodeHistory(readFileSync(historyPath));
  const options = {
    workflowBundle: { code: readFileSync(bundlePath, 'utf8') },
    // Node dies of a workflow that the SDK cuts off, and what is measured here is how long it would have taken.
    isolateExecutionTimeout: '10 minutes',
  };
  const times: number[] = [];
  let before = process.cpuUsage();
  const histories = function* () {
    // The first one pays for the start of the worker.
    for (let n = 0; n <= replays; n += 1) {
      before = process.cpuUsage();
      yield { workflowId, history };
    }
  };
  for await (const { error } of Worker.runReplayHistories(options, histories())) {
    const { user, system } = process.cpuUsage(before);
    times.push((user + system) / 1_000_000);
    if (error) throw error;
  }
  process.send?.(times.slice(1));
  process.disconnect();
}

main(JSON.parse(process.argv[2] ?? '') as ReplayOrder).catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
