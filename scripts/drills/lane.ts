import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { startWorkerProcess } from 'longhaul/testing';
import type { WorkerProcess } from 'longhaul/testing';
import { readNotes } from './notes';
import { drilled } from './workflows';
import type { Kind } from './workflows';

export const kinds: Kind[] = ['commits', 'mixes', 'pages'];

/** What one activity was found to have lost by one kill. */
export interface Finding {
  kind: Kind;
  drill: number;
  /** The last step begun before the kill, the last one acknowledged, and the one from which the next attempt went on. */
  made: number;
  committed: number;
  from: number;
  secondsToResume: number;
}

export interface Surroundings {
  client: Client;
  address: string;
  folder: string;
  workflowBundlePath: string;
}

/** One worker process after another on a task queue of its own: each drill kills the one that works. */
export class Lane {
  private readonly taskQueue = `drills-${randomUUID()}`;
  private worker: Promise<WorkerProcess>;

  constructor(private readonly around: Surroundings) {
    this.worker = this.startWorker();
  }

  /**
   * Kills a worker with SIGKILL while one activity of each kind runs in it.
   *
   * @param afterMs From the moment at which all of them have begun.
   * @returns undefined when the server gave an attempt up before the kill: then there was no crash to be measured.
   */
  async drill(drill: number, afterMs: number): Promise<Finding[] | undefined> {
    const { client, folder } = this.around;
    const worker = await this.worker;
    const runs = kinds.map((kind) => ({ kind, workflowId: `drill-${drill}-${kind}-${randomUUID()}` }));
    const fileOf = (workflowId: string) => join(folder, `${workflowId}.jsonl`);
    const handles = await Promise.all(
      runs.map(({ kind, workflowId }) =>
        client.workflow.start(drilled, { args: [kind, fileOf(workflowId)], taskQueue: this.taskQueue, workflowId }),
      ),
    );
    while (runs.some(({ workflowId }) => readNotes(fileOf(workflowId)).attempts.length === 0)) await setTimeout(5);
    await setTimeout(afterMs);
    const killedAt = Date.now();
    await worker.kill();
    this.worker = this.startWorker();
    const before = runs.map(({ workflowId }) => readNotes(fileOf(workflowId)));
    await Promise.all(handles.map((handle) => handle.result()));
    if (before.some(({ attempts }) => attempts.length > 1)) return undefined;
    return runs.map(({ kind, workflowId }, index) => {
      const { made = 0, committed = 0 } = before[index] ?? {};
      const second = readNotes(fileOf(workflowId)).attempts[1];
      if (!second) throw new Error(`the second attempt of ${workflowId} noted nothing`);
      return { kind, drill, made, committed, from: second.from, secondsToResume: (second.at - killedAt) / 1_000 };
    });
  }

  async close(): Promise<void> {
    await (await this.worker).kill();
  }

  private async startWorker(): Promise<WorkerProcess> {
    const { address, workflowBundlePath } = this.around;
    const worker = await startWorkerProcess({
      address,
      taskQueue: this.taskQueue,
      workflowBundlePath,
      activitiesPath: require.resolve('./activities'),
      // With a cache, the worker after a crash waits ten seconds for the dead one's sticky queue.
      workerOptions: { maxCachedWorkflows: 0 },
    });
    await worker.ready;
    return worker;
  }
}
