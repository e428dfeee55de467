import assert from 'node:assert/strict';
import { rollOverSignal, statusQuery, unwrap } from 'longhaul/workflows';
import { bundleOnce, useServer } from 'longhaul/testing';
import * as activities from './activities';
import { addParcel, codeQuery, turnOver } from './plain/queue';
import { inRun, taskFailure, until } from './support';

describe('a longRunning that replaces a plain workflow function under the same type', () => {
  const server = useServer(require.resolve('./plain/taken-over'), { activities });
  const on = async (code: 'queue' | 'taken-over' | 'left') => ({
    workerOptions: { workflowBundle: await bundleOnce(require.resolve(`./plain/${code}`)) },
  });
  const start = (args: unknown[], options = {}) =>
    server.start<(...args: unknown[]) => Promise<string>>('parcels', args, options);

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
      assert.equal(await ends.result(), 'plain at a, seen 1 9');

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
      assert.match(await waits.result(), /^(longhaul at c \(c\) in run 1, shipped 1|plain at c, seen 1)$/);
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
    await now.signal(rollOverSignal);
    await server.work(
      async () => {
        await until(
          () => now.query(codeQuery),
          (code) => code === 'plain',
        );
        await now.signal(addParcel, { id: '1' });
        await now.signal(addParcel, { id: '2', last: true });
        assert.equal(await handle.result(), 'plain at a, seen 1 2');
      },
      await on('left'),
    );
  });
});

describe('unwrap', () => {
  it('gives nothing for what is no envelope, and refuses that of a newer longhaul', () => {
    assert.equal(unwrap(undefined), undefined);
    assert.equal(unwrap([{ id: 'a' }]), undefined);
    assert.throws(() => unwrap({ longhaul: 'envelope', protocol: 99 }), /newer longhaul \(protocol 99/);
  });
});
