import assert from 'node:assert/strict';
import { setTimeout } from 'node:timers/promises';
import type { Workflow, WorkflowHandleWithFirstExecutionRunId } from '@temporalio/client';
import { rollOverSignal, statusQuery } from 'longhaul/workflows';
import type { LonghaulStatus } from 'longhaul/workflows';
import { useServer } from 'longhaul/testing';
import * as flows from './workflows';

type Handle = WorkflowHandleWithFirstExecutionRunId;

/** Signals that arrive before the first workflow task make what happens in it the same each time. */
const early = (handle: Handle, ...ids: string[]) =>
  send(
    handle,
    ids.map((id) => ({ id })),
  );

async function send(handle: Handle, items: flows.Item[]): Promise<void> {
  for (const item of items) await handle.signal(flows.add, item);
}

describe('what a run hands on', () => {
  const server = useServer(require.resolve('./workflows'));

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

  it('hands an item on that takes longer than a rollover waits', async () => {
    const handle = await server.start(flows.impatient, []);
    await send(handle, [{ id: 'a', last: true }]);
    await server.work(async () => {
      await until(handle.workflowId, ({ inboxes }) => inboxes['items']?.leases === 1);
      await handle.signal(rollOverSignal);
      const { items, run } = await handle.result();
      assert.deepEqual({ items, run }, { items: ['a'], run: 2 });
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
});

describe('what a run does with its items', () => {
  const server = useServer(require.resolve('./workflows'));

  it('has its handlers before its first line', async () => {
    const handle = await server.start(flows.firstLook, []);
    await early(handle, 'a', 'b');
    assert.equal(await server.work(() => handle.result()), 2);
  });

  it('runs the body again while items are left', async () => {
    const handle = await server.start(flows.takesOne, []);
    await early(handle, 'a', 'b', 'c');
    assert.deepEqual(await server.work(() => handle.result()), ['a', 'b', 'c']);
  });

  it('puts the item that next() gave among the dead letters when the body fails', async () => {
    const handle = await server.start(flows.failsWithOne, []);
    await early(handle, 'a');
    await server.work(async () => {
      await assert.rejects(handle.result());
      const { deadLetters } = await handle.query(statusQuery);
      assert.deepEqual(
        deadLetters.map(({ id }) => id),
        ['a'],
      );
    });
  });

  it('withdraws a rollover when it is cancelled', async () => {
    const handle = await server.start(flows.cleansUp, []);
    await early(handle, 'a');
    await server.work(async () => {
      const leased = async () => (await handle.query(statusQuery)).inboxes['items']?.leases;
      while ((await leased()) !== 1) await setTimeout(20);
      await handle.signal(rollOverSignal);
      while ((await handle.query(statusQuery)).rollingOver === null) await setTimeout(20);
      await handle.cancel();
      assert.deepEqual(await handle.result(), { times: 1, run: 1 });
    });
  });

  it('hears a cancellation that comes together with a rollover', async () => {
    const handle = await server.start(flows.cleansUp, []);
    await handle.signal(rollOverSignal);
    await handle.cancel();
    assert.deepEqual(await server.work(() => handle.result()), { times: 1, run: 1 });
  });

  it('rolls over by the number of signals', async () => {
    const handle = await server.start(flows.fewSignals, []);
    await early(handle, 'a', 'b', 'c', 'd');
    await send(handle, [{ id: 'e', last: true }]);
    const { items, run } = await server.work(() => handle.result());
    assert.deepEqual({ items, run }, { items: ['a', 'b', 'c', 'd', 'e'], run: 2 });
  });

  it('rolls over no run without progress, however large it begins', async () => {
    const handle = await server.start(flows.fewBytes, []);
    const padding = 'x'.repeat(20_000);
    await send(handle, [
      { id: 'a', padding },
      { id: 'b', padding },
      { id: 'c', padding, last: true },
    ]);
    const { items, run } = await server.work(() => handle.result());
    assert.deepEqual(items, ['a', 'b', 'c']);
    assert.ok(run <= 4, `${run} runs`);
  });
});
