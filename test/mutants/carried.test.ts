import assert from 'node:assert/strict';
import { setTimeout } from 'node:timers/promises';
import type { Workflow } from '@temporalio/client';
import { rollOverSignal, statusQuery } from 'longhaul/workflows';
import type { LonghaulStatus } from 'longhaul/workflows';
import { useServer } from 'longhaul/testing';
import * as activities from './activities';
import { early, send } from './support';
import type { Handle } from './support';
import * as flows from './workflows';

describe('what a run hands on', () => {
  const server = useServer(require.resolve('./workflows'), { activities });

  /** Starts a workflow and sends it what it finds in its first workflow task. */
  async function started<T extends Workflow>(
    workflow: T,
    args: Parameters<T>,
    first: (handle: Handle) => Promise<void>,
  ) {
    const handle = await server.start(workflow, args);
    await first(handle);
    return handle;
  }

  async function until(workflowId: string, reached: (status: LonghaulStatus) => boolean): Promise<LonghaulStatus> {
    for (;;) {
      const status = await server.client.workflow.getHandle(workflowId).query(statusQuery);
      if (reached(status)) return status;
      await setTimeout(20);
    }
  }

  it('hands the items that wait to the next run', async () => {
    const handle = await started(flows.collect, [], async (to) => {
      await to.signal(rollOverSignal);
      await early(to, 'a', 'b');
      await send(to, [{ id: 'c', last: true }]);
    });
    const { items, run } = await server.work(() => handle.result());
    assert.deepEqual({ items, run }, { items: ['a', 'b', 'c'], run: 2 });
  });

  it('refuses an id of an earlier run', async () => {
    const handle = await started(flows.collect, [], async (to) => {
      await early(to, 'a');
      await to.signal(rollOverSignal);
    });
    await server.work(async () => {
      await until(handle.workflowId, ({ run }) => run === 2);
      await send(handle, [{ id: 'a' }, { id: 'b', last: true }]);
      assert.deepEqual((await handle.result()).items, ['a', 'b']);
    });
  });

  it('keeps the limits of its chain, whatever the code says', async () => {
    const limits = { events: 4_000, bytes: 4_000_000, signals: 1 };
    const envelope = {
      longhaul: 'envelope',
      protocol: 1,
      run: 7,
      cause: 'limits',
      startedAt: 1_000,
      limits,
      state: { version: 1, value: { items: [], times: 0, last: false } },
      inboxes: {},
      once: {},
      children: 0,
      deadLetters: [],
      undeclared: [],
      cancelRequested: false,
      extensions: {},
    };
    const handle = await started(flows.collect, [null, envelope] as unknown as [], (to) => early(to, 'a'));
    await server.work(async () => {
      const status = await until(handle.workflowId, ({ inboxes }) => inboxes['items']?.received === 1);
      await send(handle, [{ id: 'b', last: true }]);
      const { run } = await handle.result();
      assert.deepEqual(status.limits, limits);
      assert.ok(run > 7, 'a signal a run');
    });
  });

  it('does once what is done once, and waits for what is done once', async () => {
    const handle = await started(flows.doesOnce, [], async (to) => {
      await to.signal(rollOverSignal);
      await send(to, [{ id: 'a', last: true }]);
    });
    assert.deepEqual(await server.work(() => handle.result()), { times: 1, run: 2 });
  });

  it('waits for a step', async () => {
    const handle = await started(flows.takesStep, [], async (to) => {
      await to.signal(rollOverSignal);
      await send(to, [{ id: 'a', last: true }]);
    });
    assert.deepEqual(await server.work(() => handle.result()), { times: 1, run: 2 });
  });

  it('rolls over once the item in hand has ended, and begins with none twice', async () => {
    const handle = await server.start(flows.countsBeginnings, []);
    await send(handle, [{ id: 'a' }, { id: 'b', last: true }]);
    await server.work(async () => {
      await until(handle.workflowId, ({ inboxes }) => inboxes['items']?.leases === 1);
      await handle.signal(rollOverSignal);
      const { items, times, run } = await handle.result();
      assert.deepEqual({ items, times, run }, { items: ['a', 'b'], times: 2, run: 2 });
    });
  });

  it('hands an item on that takes longer than a rollover waits', async () => {
    const handle = await server.start(flows.impatient, []);
    await send(handle, [{ id: 'a' }, { id: 'b', last: true }]);
    await server.work(async () => {
      await until(handle.workflowId, ({ inboxes }) => inboxes['items']?.leases === 1);
      await handle.signal(rollOverSignal);
      const { items, run } = await handle.result();
      assert.deepEqual({ items, run }, { items: ['a', 'b'], run: 2 });
    });
  });

  it('waits for a handler that is at work', async () => {
    const handle = await started(flows.ownHandler, [], async (to) => {
      await to.signal(flows.work);
      await to.signal(rollOverSignal);
      await send(to, [{ id: 'a', last: true }]);
    });
    const { times, run } = await server.work(() => handle.result());
    assert.deepEqual({ times, run }, { times: 1, run: 2 });
  });

  it('goes on with a child that an earlier run has started', async () => {
    const handle = await started(flows.starts, [], async (to) => {
      await to.signal(rollOverSignal);
      await send(to, [{ id: 'a', last: true }]);
    });
    const child = server.client.workflow.getHandle(`${handle.workflowId}/child`);
    await server.work(async () => {
      assert.equal((await handle.result()).run, 2);
      // By then the server has ended what it ends with a run.
      await setTimeout(300);
      assert.equal((await child.describe()).status.name, 'RUNNING');
      await child.signal(flows.work);
      await child.result();
    });
  });

  it('goes on behind the pages that were fetched', async () => {
    const handle = await server.start(flows.paged, []);
    const { items, run } = await server.work(() => handle.result());
    assert.deepEqual(items, ['0', '1', '2', '3', '4', '5']);
    assert.ok(run > 1);
  });

  it('hands on what it keeps', async () => {
    const handle = await started(flows.keeps, [], (to) => to.signal(rollOverSignal));
    assert.equal(await server.work(() => handle.result()), 2);
  });

  it('keeps its deadline', async () => {
    const handle = await started(flows.hasDeadline, [], (to) => to.signal(rollOverSignal));
    assert.deepEqual(await server.work(() => handle.result()), { length: 3_600_000, run: 2 });
  });

  it('follows a deadline that is moved', () =>
    server.run(flows.movesDeadline, [], async (handle) => {
      assert.equal(await handle.result(), 'passed');
    }));
});
