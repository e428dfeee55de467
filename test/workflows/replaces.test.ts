import assert from 'node:assert/strict';
import { rollOverSignal, statusQuery, unwrap } from 'longhaul/workflows';
import { bundleOnce, useServer } from 'longhaul/testing';
import * as activities from './activities';
import { addParcel, codeQuery, turnOver } from './plain/queue';
import { inRun, taskFailure, until } from './support';

describe('a longRunning that replaces a plain workflow function under the same type', () => {
  const server = useServer(require.resolve('./plain/taken-over'), { activities });
  type Code = 'queue' | 'taken-over' | 'left' | 'converts-nothing' | 'misnames-inbox' | 'endless';
  const on = async (code: Code) => ({
    workerOptions: { workflowBundle: await bundleOnce(require.resolve(`./plain/${code}`)) },
  });
  // A task that is given to a worker as it stops comes back after this.
  const workflowTaskTimeout = '3 seconds';
  const start = (args: unknown[], options = {}) =>
    server.start<(...args: unknown[]) => Promise<string>>('parcels', args, { workflowTaskTimeout, ...options });

  it('lets executions of the old code end on it, and converts what they continue as new with', async () => {
    const [ends, turns, waits] = await Promise.all([start(['a']), start(['b']), start(['c'])]);
    await server.work(
      async () => {
        for (const handle of [ends, turns]) {
          await handle.signal(addParcel, { id: '1' });
          await until(
            () => handle.query(codeQuery),
            (code) => code === 'plain',
          );
        }
      },
      await on('queue'),
    );
    // `waits` has not had a task yet in which it could have begun on the old code, if this comes first.
    await turns.signal(addParcel, { id: '2' });
    await turns.signal(turnOver);
    await server.work(async () => {
      await ends.signal(addParcel, { id: '9', last: true });
      assert.equal(await ends.result(), 'plain at a, shipped 1 9, seen 1 9');

      const now = server.client.workflow.getHandle(turns.workflowId);
      await until(
        () => now.query(codeQuery),
        (code) => code === 'longhaul',
      );
      await now.signal(addParcel, { id: '1' });
      await now.signal(rollOverSignal);
      await inRun(now, 2);
      await now.signal(addParcel, { id: '2' });
      await now.signal(addParcel, { id: '3', last: true });
      assert.match(await turns.result(), /^longhaul at b \(b\) in run 2, shipped (1 )?(2 )?3$/);
      assert.ok(((await now.query(statusQuery)).inboxes['parcels']?.duplicates ?? 0) >= 1);

      await waits.signal(addParcel, { id: '1', last: true });
      assert.match(await waits.result(), /^(longhaul at c \(c\) in run 1, shipped 1|plain at c, shipped 1, seen 1)$/);
    });
  });

  it('takes a start with its own argument, and one of an old client', () =>
    server.work(async () => {
      for (const [args, at] of [
        [[{ depot: 'new' }], 'new'],
        [['old'], 'old'],
        [['old', [{ id: '0' }]], 'old'],
      ] as const) {
        const handle = await start([...args]);
        await handle.signal(addParcel, { id: '1', last: true });
        const shipped = args.length === 2 ? '0 1' : '1';
        assert.equal(await handle.result(), `longhaul at ${at} (${at}) in run 1, shipped ${shipped}`);
      }
    }));

  it('records one marker in runs without an envelope, and nothing in later ones', () =>
    server.work(async () => {
      const handle = await start(['a']);
      await handle.signal(rollOverSignal);
      const now = server.client.workflow.getHandle(handle.workflowId);
      await inRun(now, 2);
      await now.signal(addParcel, { id: '1', last: true });
      await handle.result();
      const markers = async (runId?: string) => {
        const { events } = await server.client.workflow.getHandle(handle.workflowId, runId).fetchHistory();
        return events?.filter((event) => event.markerRecordedEventAttributes).length;
      };
      assert.deepEqual([await markers(handle.firstExecutionRunId), await markers()], [1, 0]);
    }));

  it('refuses what is neither, by name', () =>
    server.run(
      'parcels',
      [{ depot: 'a' }, ['something']],
      async (handle) => {
        assert.match(await taskFailure(handle), /'parcels' was given a second argument that is no longhaul envelope/);
        assert.equal((await handle.describe()).status.name, 'RUNNING');
      },
      { leaveOpen: 'it waits for corrected code', skipReplay: 'its open task fails on purpose' },
    ));

  it('can be left again: a plain function reads what a run carried, in order and with the ids that it had seen', async () => {
    const handle = await start([{ depot: 'a' }], { skipReplay: 'its last run is on the code that has left' });
    const now = server.client.workflow.getHandle(handle.workflowId);
    await server.work(async () => {
      await handle.signal(addParcel, { id: '1' });
      await until(
        () => handle.query(statusQuery),
        ({ inboxes: { parcels } }) => parcels?.received === 1 && parcels.depth + parcels.leases === 0,
      );
    });
    // It takes none of these any more: they travel.
    await now.signal(rollOverSignal);
    for (const id of ['4', '2', '3']) await now.signal(addParcel, { id });
    await server.work(
      async () => {
        await until(
          () => now.query(codeQuery),
          (code) => code === 'plain',
        );
        await now.signal(addParcel, { id: '1' });
        await now.signal(addParcel, { id: '5', last: true });
        assert.equal(await handle.result(), 'plain at a, shipped 4 2 3 5, seen 1 4 2 3 5');
      },
      await on('left'),
    );
  });

  it('waits for a fromArgs that takes what the old code continued as new with, and loses nothing', async () => {
    const [ignored, misnamed] = await Promise.all([start(['a']), start(['b'])]);
    await server.work(
      async () => {
        for (const handle of [ignored, misnamed]) {
          await until(
            () => handle.query(codeQuery),
            (code) => code === 'plain',
          );
        }
      },
      await on('queue'),
    );
    for (const [handle, code, message] of [
      [
        ignored,
        'converts-nothing',
        /'parcels' was continued as new with 3 arguments .* replaces\.fromArgs returned undefined/,
      ],
      [misnamed, 'misnames-inbox', /'parcels': replaces\.fromArgs fills 'parcel', which is no inbox of it/],
    ] as const) {
      await handle.signal(addParcel, { id: '1' });
      await handle.signal(turnOver);
      const now = server.client.workflow.getHandle(handle.workflowId);
      await server.work(async () => assert.match(await taskFailure(now), message), await on(code));
      assert.equal((await now.describe()).status.name, 'RUNNING');
    }
    await server.work(async () => {
      for (const [{ workflowId }, depot] of [
        [ignored, 'a'],
        [misnamed, 'b'],
      ] as const) {
        const now = server.client.workflow.getHandle(workflowId);
        await now.signal(addParcel, { id: '2', last: true });
        assert.equal(await now.result(), `longhaul at ${depot} (${depot}) in run 1, shipped 1 2`);
      }
    });
  });

  it('leaves a run that never continues as new on the old code, until that gets a signal on which it does', async () => {
    const handle = await start(['a']);
    const now = server.client.workflow.getHandle(handle.workflowId);
    const shipped = (count: number) =>
      until(
        async () => (await handle.fetchHistory()).events?.filter((event) => event.activityTaskCompletedEventAttributes),
        (done) => done?.length === count,
      );
    for (const [code, id] of [
      ['endless', '1'],
      ['taken-over', '2'],
      ['taken-over', '3'],
    ] as const) {
      await server.work(
        async () => {
          await now.signal(addParcel, { id });
          await shipped(Number(id));
          assert.equal(await now.query(codeQuery), 'plain');
        },
        await on(code),
      );
    }
    await now.signal(addParcel, { id: '4' });
    await now.signal(turnOver);
    await server.work(
      async () => {
        await until(
          () => now.query(codeQuery),
          (code) => code === 'longhaul',
        );
        await now.signal(addParcel, { id: '3' });
        await now.signal(addParcel, { id: '5', last: true });
        assert.equal(await now.result(), 'longhaul at a (a) in run 1, shipped 4 5');
      },
      await on('taken-over'),
    );
  });
});

describe('unwrap', () => {
  it('gives the items of each inbox in their order, the ids, and the rest', () => {
    const inboxes = {
      a: { items: ['3', '1', '2'].map((id) => ({ item: { id }, id, at: 1 })), seen: ['0', '3', '1', '2'] },
      b: { items: [{ item: 'x', at: 2 }], seen: [] },
    };
    const rest = { once: { done: 1 }, deadLetters: [], undeclared: [], run: 4, cause: 'requested', startedAt: 1 };
    const state = { version: 2, value: { kept: true } };
    const envelope = { longhaul: 'envelope', protocol: 1, state, inboxes, cancelRequested: true, ...rest };
    assert.deepEqual(unwrap(envelope), {
      state: { kept: true },
      stateVersion: 2,
      items: { a: [{ id: '3' }, { id: '1' }, { id: '2' }], b: ['x'] },
      seen: { a: ['0', '3', '1', '2'], b: [] },
      cancelRequested: true,
      ...rest,
    });
  });

  it('gives nothing for what is no envelope, and refuses that of a newer longhaul', () => {
    assert.equal(unwrap(undefined), undefined);
    assert.equal(unwrap([{ id: 'a' }]), undefined);
    assert.throws(() => unwrap({ longhaul: 'envelope', protocol: 99 }), /newer longhaul \(protocol 99/);
  });
});
