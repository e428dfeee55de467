import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { startWorkerProcess } from 'longhaul/testing';
import type { UsedServer, WorkerProcess, WorkerProcessOptions } from 'longhaul/testing';
import type { Note } from './activities';

/** Worker processes for the tests of a `describe`, and what their activities note in a file. */
export interface WorkerProcesses {
  /** Where activities note what they do; one for each test. */
  readonly file: string;
  start(workerOptions?: Record<string, unknown>, more?: Partial<WorkerProcessOptions>): Promise<WorkerProcess>;
  notes(): Promise<Note[]>;
  /** Waits until `what` has been noted `count` times. */
  readonly noted: (what: string, count?: number) => Promise<void>;
  readonly lastOf: (what: string) => Promise<unknown>;
  /** When attempt `attempt` was started, by the server's record. */
  startedAt(workflowId: string, attempt: number): Promise<number>;
}

/** @param activitiesPath The module whose exports each worker offers. */
export function useWorkerProcesses(server: UsedServer, activitiesPath: string): WorkerProcesses {
  const workers: WorkerProcess[] = [];
  let folder = '';
  let workflowBundlePath = '';

  before(async () => {
    workflowBundlePath = join(await mkdtemp(join(tmpdir(), 'longhaul-bundle-')), 'workflows.js');
    await writeFile(workflowBundlePath, (await server.bundle()).code);
  });
  after(() => rm(dirname(workflowBundlePath), { recursive: true }));
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'longhaul-crash-'));
  });
  afterEach(async () => {
    await Promise.all(workers.splice(0).map((worker) => worker.kill()));
    await rm(folder, { recursive: true });
  });

  async function notes(): Promise<Note[]> {
    const text = await readFile(join(folder, 'notes.jsonl'), 'utf8').catch(() => '');
    const lines = text.split('\n').filter((line) => line.endsWith(']'));
    return lines.map((line) => JSON.parse(line) as Note);
  }

  return {
    get file() {
      return join(folder, 'notes.jsonl');
    },
    notes,
    async start(workerOptions = {}, more = {}) {
      const worker = await startWorkerProcess({
        address: server.address,
        taskQueue: server.taskQueue,
        workflowBundlePath,
        activitiesPath,
        // With a cache, the worker after a crash waits ten seconds for the dead one's sticky queue.
        workerOptions: { maxCachedWorkflows: 0, ...workerOptions },
        ...more,
      });
      workers.push(worker);
      await worker.ready;
      return worker;
    },
    async noted(what, count = 1) {
      while ((await notes()).filter(([, word]) => word === what).length < count) await setTimeout(10);
    },
    async lastOf(what) {
      return (await notes()).filter(([, word]) => word === what).at(-1)?.[2];
    },
    async startedAt(workflowId, attempt) {
      const { events } = await server.client.workflow.getHandle(workflowId).fetchHistory();
      const event = events?.find((each) => each.activityTaskStartedEventAttributes?.attempt === attempt);
      return Number(event?.eventTime?.seconds) * 1_000 + (event?.eventTime?.nanos ?? 0) / 1e6;
    },
  };
}
