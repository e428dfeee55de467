import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { startWorkerProcess, useServer } from 'longhaul/testing';
import type { WorkerProcess } from 'longhaul/testing';
import type { Note } from './activities';
import { call } from './workflows';

const heartbeatTimeoutMs = 2_000;
const options = { startToCloseTimeout: 60_000, heartbeatTimeout: heartbeatTimeoutMs, retry: { initialInterval: 1 } };

describe('an activity whose worker is killed with SIGKILL', function () {
  this.timeout(60_000);
  const server = useServer(require.resolve('./workflows'));
  let folder: string;
  let file: string;
  const workers: WorkerProcess[] = [];
  let workflowBundlePath: string;

  before(async () => {
    workflowBundlePath = join(await mkdtemp(join(tmpdir(), 'longhaul-bundle-')), 'workflows.js');
    await writeFile(workflowBundlePath, (await server.bundle()).code);
  });

  after(() => rm(dirname(workflowBundlePath), { recursive: true }));

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'longhaul-crash-'));
    file = join(folder, 'notes.jsonl');
  });

  afterEach(async () => {
    await Promise.all(workers.splice(0).map((worker) => worker.kill()));
    await rm(folder, { recursive: true });
  });

  async function startWorker(workerOptions: Record<string, unknown> = {}): Promise<WorkerProcess> {
    const worker = await startWorkerProcess({
      address: server.address,
      taskQueue: server.taskQueue,
      workflowBundlePath,
      activitiesPath: require.resolve('./activities'),
      // With a cache, the worker after a crash waits ten seconds for the dead one's sticky queue.
      workerOptions: { maxCachedWorkflows: 0, ...workerOptions },
    });
    workers.push(worker);
    await worker.ready;
    return worker;
  }

  async function notes(): Promise<Note[]> {
    const text = await readFile(file, 'utf8').catch(() => '');
    return text
      .split('\n')
      .filter((line) => line.endsWith(']'))
      .map((line) => JSON.parse(line) as Note);
  }

  async function until(found: (all: Note[]) => boolean): Promise<void> {
    while (!found(await notes())) await setTimeout(10);
  }

  const noted = (what: string, count = 1) => until((all) => all.filter(([, word]) => word === what).length >= count);
  const lastOf = async (what: string) => (await notes()).filter(([, word]) => word === what).at(-1)?.[2];

  /** When the second attempt was started, by the server's record. */
  async function restartedAt(workflowId: string): Promise<number> {
    const { events } = await server.client.workflow.getHandle(workflowId).fetchHistory();
    const event = events?.find(({ activityTaskStartedEventAttributes: started }) => started?.attempt === 2);
    return Number(event?.eventTime?.seconds) * 1_000 + (event?.eventTime?.nanos ?? 0) / 1e6;
  }

  it('goes on within the heartbeat timeout plus a second, from exactly the last commit', async () => {
    const worker = await startWorker();
    const handle = await server.start(call, ['commits', [file, 25], options]);
    await noted('waits');
    await startWorker();
    const killedAt = Date.now();
    await worker.kill();
    assert.equal(await handle.result(), 25);
    const seconds = ((await restartedAt(handle.workflowId)) - killedAt) / 1_000;
    assert.ok(seconds <= heartbeatTimeoutMs / 1_000 + 1, `the next attempt began after ${seconds} s`);
  });

  it('loses no acknowledged commit at a random moment', async () => {
    const worker = await startWorker();
    const handle = await server.start(call, ['commitsOn', [file], options]);
    await noted('committed', 10);
    await setTimeout(Math.random() * 200);
    await worker.kill();
    const acknowledged = Number(await lastOf('committed'));
    await startWorker();
    const resumed = Number(await handle.result());
    // The server may have had one more, whose answer did not arrive in time to be noted.
    assert.ok(resumed === acknowledged || resumed === acknowledged + 1, `${resumed} after ${acknowledged}`);
  });

  it('loses with the plain heartbeat() most of what it beat', async () => {
    const worker = await startWorker();
    const handle = await server.start(call, ['plainBeats', [file], options]);
    await noted('beat', 20);
    await worker.kill();
    const made = Number(await lastOf('beat'));
    await startWorker();
    const resumed = Number(await handle.result());
    assert.ok(resumed < made - 5, `made ${made}, resumed from ${resumed}`);
  });

  for (const value of [7, 0, '', false, { deep: [1] }]) {
    it(`keeps a saved ${JSON.stringify(value)} from the next beat on`, async () => {
      const worker = await startWorker();
      const handle = await server.start(call, ['saves', [file, value], options]);
      await noted('waits');
      // One beat each 0.4 × the timeout.
      await setTimeout(heartbeatTimeoutMs * 0.4 + 300);
      await worker.kill();
      await startWorker();
      assert.deepEqual(await handle.result(), value);
    });
  }

  it('hands over at once when its worker is stopped with SIGTERM', async () => {
    const worker = await startWorker({ shutdownGraceTime: 0 });
    const long = { ...options, heartbeatTimeout: 30_000 };
    const handle = await server.start(call, ['saves', [file, 42], long]);
    await noted('waits');
    const other = await startWorker();
    const stoppedAt = Date.now();
    await worker.kill('SIGTERM');
    assert.equal(await handle.result(), 42);
    assert.ok(Date.now() - stoppedAt < 10_000, 'long before the heartbeat timeout of 30 s');
    await other.kill();
  });

  it('is told that a newer attempt has taken its place', async () => {
    const first = await startWorker();
    const handle = await server.start(call, ['outlived', [file], options]);
    await noted('waits');
    process.kill(first.pid, 'SIGSTOP');
    await startWorker();
    await noted('began with', 2);
    process.kill(first.pid, 'SIGCONT');
    await noted('refused');
    assert.equal(await lastOf('refused'), true);
    assert.equal(await handle.result(), 100);
  });
});
