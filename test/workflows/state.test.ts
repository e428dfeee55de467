import assert from 'node:assert/strict';
import { defineSearchAttributeKey } from '@temporalio/common';
import type { WorkflowHandle } from '@temporalio/client';
import { rollOverSignal, statusQuery } from 'longhaul/workflows';
import { bundleOnce, useServer } from 'longhaul/testing';
import * as activities from './activities';
import { addEntry } from './builds/ledger';
import type { ledger } from './builds/four';
import { inRun, until, taskFailure, warningsHeard } from './support';
import * as flows from './workflows/carrying';

const team = defineSearchAttributeKey('StateTestTeam', 'KEYWORD');

describe('a state over several versions', () => {
  const server = useServer(require.resolve('./builds/four'), { activities });
  const build = async (name: string) => ({
    workerOptions: { workflowBundle: await bundleOnce(require.resolve(`./builds/${name}`)) },
  });
  const recoverable = {
    workflowTaskTimeout: '3 seconds',
    skipReplay: 'its first run belongs to another build, and one of its tasks fails on purpose',
  };

  for (const [begunOn, brokenOn, message, path] of [
    ['one', 'gap', /carries state version 1 and has no migrate\[2\]; add state\.migrate\[2\]/, [1, 1, 2, 3]],
    ['one', 'throwing', /the step from 2 to 3 is broken/, [1, 1, 2, 3]],
    ['four', 'one', /state version 4; this worker knows up to 1\. Upgrade this worker/, [4]],
  ] as const) {
    it(`waits for mended code on build '${brokenOn}', goes through each step then, and loses nothing: begun on build '${begunOn}'`, async () => {
      const handle = await server.start<typeof ledger>('ledger', [], recoverable);
      const now = server.client.workflow.getHandle(handle.workflowId);
      await server.work(
        async () => {
          await handle.signal(addEntry, { id: 'a' });
          await handle.signal(rollOverSignal);
          await inRun(now, 2);
        },
        await build(begunOn),
      );
      await now.signal(addEntry, { id: 'b' });
      await server.work(async () => assert.match(await taskFailure(now), message), await build(brokenOn));
      assert.equal((await now.describe()).status.name, 'RUNNING');
      await now.signal(addEntry, { id: 'c', last: true });
      await server.work(async () => {
        assert.deepEqual(await handle.result(), { path, done: ['a', 'b', 'c'] });
      });
    });
  }
});

describe('what a rollover carries', () => {
  const server = useServer(require.resolve('./workflows/carrying'), {
    searchAttributes: { StateTestTeam: 'Keyword' },
  });

  const putAll = async (handle: WorkflowHandle, count: number, kib: number) => {
    for (let at = 0; at < count; at += 1) await handle.signal(flows.put, { kib });
  };

  it('is measured, and warned of from 512 KiB on with its largest parts', () =>
    server.run(flows.hoard, [], async (handle) => {
      const warnings = warningsHeard();
      await putAll(handle, 1, 500);
      await handle.signal(rollOverSignal);
      const now = server.client.workflow.getHandle(handle.workflowId);
      await inRun(now, 2);
      const small = (await now.query(statusQuery)).carries;
      assert.equal(small?.large, false);
      assert.equal(small.largest[0]?.part, 'state.big');
      assert.deepEqual(
        warnings().filter((message) => message.includes('carries')),
        [],
      );

      await putAll(now, 1, 100);
      // In the state by then: with both signals in one workflow task the item itself would be carried.
      await until(
        () => now.query(statusQuery),
        ({ carries }) => carries?.large === true,
      );
      await now.signal(rollOverSignal);
      await inRun(now, 3);
      const { carries } = await now.query(statusQuery);
      assert.ok(carries?.large && carries.bytes > 600 * 1_024 && carries.bytes < 602 * 1_024, JSON.stringify(carries));
      assert.equal(carries.largest.length, 5);
      // The next run may be there before what the last one logged.
      const [warning, ...more] = await until(
        () => Promise.resolve(warnings().filter((message) => message.includes('carries'))),
        (heard) => heard.length > 0,
      );
      assert.match(
        warning ?? '',
        /'hoard' carries 60[01] KiB over its rollover \(state\.big 60[01] KiB, .*up to 1984 KiB are handed on/,
      );
      assert.deepEqual(more, []);
      await now.signal(flows.put, { kib: 1, last: true });
      assert.deepEqual(await handle.result(), { kept: [500, 100, 1], runs: 3 });
    }));

  it('is refused over 2 MiB, and the run waits for code that keeps less and loses nothing', async () => {
    const handle = await server.start(flows.hoard, [], {
      skipReplay: 'its code changes on purpose',
      workflowTaskTimeout: '3 seconds',
    });
    await server.work(async () => {
      await putAll(handle, 3, 900);
      await until(
        async () => (await handle.query(statusQuery)).carries?.bytes ?? 0,
        (bytes) => bytes > 2_600 * 1_024,
      );
      await handle.signal(rollOverSignal);
      assert.match(
        await taskFailure(handle),
        /carries 2701 KiB over its rollover \(state\.big 2701 KiB, .*at most 1984 KiB may be carried/,
      );
      assert.equal((await handle.describe()).status.name, 'RUNNING');
    });
    const workflowBundle = await bundleOnce(require.resolve('./frugal'));
    await handle.signal(flows.put, { kib: 1, last: true });
    await server.work(async () => assert.deepEqual(await handle.result(), { kept: [1, 1, 1, 1], runs: 2 }), {
      workerOptions: { workflowBundle },
    });
  });

  it('is limited to 2,000 results of run.once', () =>
    server.run(
      flows.pedant,
      [2_001],
      async (handle) => {
        assert.match(await taskFailure(handle), /run\.once\('2000'\) would be the 2001st result/);
        assert.equal((await handle.describe()).status.name, 'RUNNING');
      },
      { leaveOpen: 'it waits for corrected code', skipReplay: 'its open task fails on purpose' },
    ));

  it('leaves run.args without an argument as they were', () =>
    server.run(flows.noArgument, [], async (handle) => {
      await handle.signal(rollOverSignal);
      const { lengths, runs } = await handle.result();
      assert.deepEqual(lengths.slice(0, runs + 1), [0, ...Array.from({ length: runs }, () => 0)]);
      assert.equal(runs, 2);
    }));

  it('has memo, search attributes, task queue, type and input beside it, which stay', () =>
    server.run(
      flows.traveller,
      ['ada'],
      async (handle) => {
        const now = server.client.workflow.getHandle(handle.workflowId);
        for (const run of [2, 3]) {
          await now.signal(rollOverSignal);
          await inRun(now, run);
        }
        await now.signal(flows.put, { kib: 0 });
        const { seen, runs } = await handle.result();
        assert.equal(runs, 3);
        assert.equal(seen.length, 3);
        assert.equal(new Set(seen).size, 1, seen.join('\n'));
        assert.match(seen[0] ?? '', /"memo":\{"why":"trip"\}.*StateTestTeam.*blue.*"args":\["ada"\]/);
        const { memo, typedSearchAttributes } = await now.describe();
        assert.deepEqual(memo, { why: 'trip' });
        assert.equal(typedSearchAttributes.get(team), 'blue');
      },
      { memo: { why: 'trip' }, typedSearchAttributes: [{ key: team, value: 'blue' }] },
    ));
});
