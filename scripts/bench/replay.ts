import { Worker } from '@temporalio/worker';
import { markdownTable } from '../support/markdown-table';
import { runsOf } from './bench';
import type { Bench } from './bench';
import { median } from './statistics';

const replays = 5;

/** How long a worker takes to get a queue back that it does not have in its cache, by how much the queue has done. */
export async function coldReplay(bench: Bench, sizes: readonly number[]): Promise<string> {
  const rows: string[][] = [];
  for (const items of sizes) {
    for (const type of ['plainForever', 'longhaulCount'] as const) {
      const { sent, refusal, events, seconds, runs } = await replayAfter(bench, type, items);
      const name = type === 'plainForever' ? 'plain, never continued as new' : 'longhaul';
      rows.push([
        name,
        String(items),
        refusal === undefined ? String(runs) : `refused after ${sent}: ${refusal}`,
        String(events),
        seconds.toFixed(2),
      ]);
      bench.log(`replay: ${name} after ${sent} items: ${events} events, ${seconds.toFixed(2)} s`);
    }
  }
  return markdownTable(['queue', 'items', 'runs', 'events of the open run', 'cold replay, s'], rows);
}

async function replayAfter(bench: Bench, type: string, items: number) {
  const taskQueue = bench.newTaskQueue();
  const handle = await bench.start(type, taskQueue);
  let sent = 0;
  let refusal: string | undefined;
  const batch = 500;
  await bench.withWorker(taskQueue, async () => {
    while (sent < items && refusal === undefined) {
      const to = Math.min(items, sent + batch);
      try {
        await bench.send(handle, to, { from: sent + 1, last: false });
        sent = to;
      } catch (error) {
        refusal = reasonOf(error);
      }
    }
    // The open run is what is replayed: a query comes back when the worker has worked through what was sent.
    await handle.query('__temporal_workflow_metadata').catch(() => undefined);
  });
  const chain = await runsOf(bench, handle);
  const open = chain.at(-1);
  if (open === undefined) throw new Error('The queue has no run.');
  const times: number[] = [];
  for (let n = 0; n < replays; n += 1) {
    const begun = performance.now();
    await Worker.runReplayHistory({ workflowBundle: bench.bundle }, open.history, open.workflowId);
    times.push((performance.now() - begun) / 1_000);
  }
  await handle.terminate().catch(() => undefined);
  const events = open.history.events?.length ?? 0;
  return { sent, refusal, events, seconds: median(times), runs: chain.length };
}

function reasonOf(error: unknown): string {
  const { cause, message } = error as Error;
  return (cause instanceof Error ? cause.message : message).replace(/^\d+ \w+: /, '').slice(0, 60);
}
