import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { crashWorker, historyBudget, runSchedule, useServer } from 'longhaul/testing';
import { rollOverSignal } from 'longhaul/workflows';
import { describe, it } from 'vitest';
import * as activities from './activities.ts';
import { addOrder, orderQueue } from './workflows.ts';

const workflowsPath = fileURLToPath(new URL('./workflows.ts', import.meta.url));

describe('the order queue', () => {
  const server = useServer(workflowsPath, { activities });

  // A process of its own; the flags load TypeScript in it.
  const startWorker = () =>
    server.startWorkerProcess({
      activitiesPath: fileURLToPath(new URL('./activities.ts', import.meta.url)),
      execArgv: ['--import', 'tsx'],
    });

  it('charges each order once, in order', () =>
    server.run(orderQueue, [], async (handle) => {
      for (const id of ['o1', 'o2', 'o2']) await handle.signal(addOrder, { id });
      await handle.signal(addOrder, { id: 'o3', last: true });
      assert.deepEqual(await handle.result(), ['o1', 'o2', 'o3']);
    }));

  it('loses no order when a worker is killed after a charge', async () => {
    const worker = await startWorker();
    const crash = await crashWorker(worker, { at: 'after-charge', hit: 2 });
    const handle = await server.start(orderQueue, []);
    for (const id of ['o1', 'o2']) await handle.signal(addOrder, { id });
    await crash.happened;
    await handle.signal(addOrder, { id: 'o3', last: true });
    await startWorker();
    assert.deepEqual(await handle.result(), ['o1', 'o2', 'o3']);
  });

  it('loses no order, whatever the order of signals, crashes and rollovers', async () => {
    // A workflow task that dies with its worker is tried again after a second, not ten.
    const handle = await server.start(orderQueue, [], { workflowTaskTimeout: '1 second' });
    const newest = server.client.workflow.getHandle(handle.workflowId);
    await runSchedule({
      items: 20,
      duplicates: 4,
      rollOvers: 2,
      crashes: 1,
      send: ({ number, last }) => newest.signal(addOrder, { id: `o${number}`, last }),
      rollOver: () => newest.signal(rollOverSignal),
      worker: startWorker,
      check: async () => assert.equal((await handle.result()).length, 20),
    });
  });

  it('records at most so many events for an order', async () => {
    await historyBudget(orderQueue, {
      server,
      args: [],
      perItem: { events: 12, byKind: { ActivityTaskScheduled: 1, TimerStarted: 0 } },
      items: [2, 12],
      async drive(handle, items) {
        for (let n = 1; n <= items; n += 1) await handle.signal(addOrder, { id: `o${n}`, last: n === items });
        await handle.result();
      },
    });
  });
});
