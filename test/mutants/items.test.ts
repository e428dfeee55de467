import assert from 'node:assert/strict';
import { setTimeout } from 'node:timers/promises';
import { rollOverSignal, statusQuery } from 'longhaul/workflows';
import { useServer } from 'longhaul/testing';
import { early, send } from './support';
import * as flows from './workflows';

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

  it('counts signals that nobody declared', async () => {
    const handle = await server.start(flows.fewSignals, []);
    for (let at = 0; at < 3; at += 1) await handle.signal('nobody declared this');
    await send(handle, [{ id: 'a' }, { id: 'b', last: true }]);
    assert.equal((await server.work(() => handle.result())).run, 2);
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

  it('refuses a second reader', () =>
    server.run(flows.readsTwice, [], async (handle) => {
      assert.equal(await handle.result(), 'refused');
    }));
});
