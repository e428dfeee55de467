import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { startWorkerProcess } from 'longhaul/testing';
import type { WorkerProcess } from 'longhaul/testing';
import { readNotes } from './notes';
import { count } from './workflows';
import type { Kind } from './workflows';

export interface Crash {
  kind: Kind;
  /** Checkpoints made before the crash, less the one that the next attempt begins with. */
  lost: number;
  made: number;
  secondsToResume: number;
}

export interface Bench {
  client: Client;
  address: string;
  taskQueue: string;
  folder: string;
  workflowBundlePath: string;
}

/** From the first checkpoint on; long enough for several beats of each kind. */
const killAfterMs = { least: 4_000, most: 8_000 };

/**
 * Kills the worker of a counter with SIGKILL at a random moment.
 *
 * @param worker The only one on the task queue.
 * @returns what the crash cost, and the worker that took over: it had been started before the kill, so its start is not counted.
 */
export async function crash(
  kind: Kind,
  worker: WorkerProcess,
  bench: Bench,
): Promise<{ result: Crash; next: WorkerProcess }> {
  const { client, taskQueue, folder } = bench;
  const workflowId = `bench-${kind}-${randomUUID()}`;
  const file = join(folder, `${workflowId}.jsonl`);
  const handle = await client.workflow.start(count, { args: [kind, file], taskQueue, workflowId });
  while (readNotes(file).lastMade === 0) await setTimeout(20);
  const next = await startBenchWorker(bench);
  await setTimeout(killAfterMs.least + Math.random() * (killAfterMs.most - killAfterMs.least));
  const killedAt = Date.now();
  await worker.kill();
  const made = readNotes(file).lastMade;
  await handle.result();
  const { second } = readNotes(file);
  if (!second) throw new Error(`the second attempt of ${workflowId} noted nothing`);
  const result = { kind, made, lost: Math.max(0, made - second.from), secondsToResume: (second.at - killedAt) / 1_000 };
  return { result, next };
}

export async function startBenchWorker({ address, taskQueue, workflowBundlePath }: Bench): Promise<WorkerProcess> {
  const worker = await startWorkerProcess({
    address,
    taskQueue,
    workflowBundlePath,
    activitiesPath: require.resolve('./activities'),
    // With a cache, the worker after a crash waits ten seconds for the dead one's sticky queue.
    workerOptions: { maxCachedWorkflows: 0 },
  });
  await worker.ready;
  return worker;
}
