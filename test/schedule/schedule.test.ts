import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { rollOverSignal, statusQuery } from 'longhaul/workflows';
import { startWorkerProcess, useServer } from 'longhaul/testing';
import type { WorkerProcess } from 'longhaul/testing';
import { chainOf, ids } from '../workflows/support';
import { addOrder, orderQueue } from '../workflows/workflows/orders';

const orders = 120;

/** The schedule of a seed: what is done before order n is sent. */
function scheduleOf(seed: number) {
  const random = mulberry32(seed);
  return ids(orders).map((id, index) => ({
    id,
    last: index === orders - 1,
    again: random() < 0.15 ? ids(orders)[Math.floor(random() * (index + 1))] : undefined,
    rollOver: random() < 0.08,
    crash: index % 40 === 20 + Math.floor(random() * 10),
    pauseMs: random() < 0.2 ? Math.floor(random() * 150) : 0,
  }));
}

describe('signals, rollovers and crashes in a random schedule', function () {
  this.timeout(120_000);
  const server = useServer(require.resolve('../workflows/workflows/orders'));
  let workflowBundlePath: string;

  before(async () => {
    workflowBundlePath = join(await mkdtemp(join(tmpdir(), 'longhaul-bundle-')), 'workflows.js');
    await writeFile(workflowBundlePath, (await server.bundle()).code);
  });

  after(() => rm(dirname(workflowBundlePath), { recursive: true }));

  async function startWorker(): Promise<WorkerProcess> {
    const worker = await startWorkerProcess({
      address: server.address,
      taskQueue: server.taskQueue,
      workflowBundlePath,
      activitiesPath: require.resolve('../workflows/activities'),
      // Every workflow task replays the whole run.
      workerOptions: { maxCachedWorkflows: 0 },
    });
    await worker.ready;
    return worker;
  }

  for (const seed of process.env.LONGHAUL_SEED ? [Number(process.env.LONGHAUL_SEED)] : [1, 20_251]) {
    it(`handle each order once and in order, with seed ${seed}`, async () => {
      let worker = await startWorker();
      let crashes = 0;
      try {
        const handle = await server.start(orderQueue, []);
        const latest = server.client.workflow.getHandle(handle.workflowId);
        for (const { id, last, again, rollOver, crash, pauseMs } of scheduleOf(seed)) {
          if (rollOver) await latest.signal(rollOverSignal);
          if (crash) {
            const killed = worker.kill();
            // Sent to a workflow that no worker runs.
            await latest.signal(addOrder, { id });
            await killed;
            crashes += 1;
            worker = await startWorker();
          }
          await latest.signal(addOrder, { id, last });
          if (again && !last) await latest.signal(addOrder, { id: again });
          await setTimeout(pauseMs);
        }
        assert.deepEqual(await handle.result(), ids(orders));
        const runs = await chainOf(server.client, handle);
        const { duplicates } = (await latest.query(statusQuery)).inboxes['orders'] ?? {};
        assert.ok(
          crashes >= 2 && runs.length >= 6 && Number(duplicates) >= 5,
          `${crashes}, ${runs.length}, ${duplicates}`,
        );
      } finally {
        await worker.kill();
      }
    });
  }
});

/** A small seeded generator of numbers from 0 to 1. */
function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
