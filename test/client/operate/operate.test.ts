import assert from 'node:assert/strict';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { WorkflowNotFoundError } from '@temporalio/client';
import { OperatedWorkflow, OperateError } from 'longhaul/client';
import { useServer } from 'longhaul/testing';
import { runText } from '../../../cli/render/run-text';
import type { RunResult } from '../../../cli/run-result';
import { longhaul, root } from '../../cli/run';
import { assertSchema } from '../../cli/schema';
import { add, mend, mended, plain } from './workflows';

describe('longhaul run', () => {
  const server = useServer(require.resolve('./workflows'));

  async function command(...args: string[]): Promise<{ status: number | null; result: RunResult; err: string }> {
    const { status, out, err } = await longhaul(['run', ...args, '--json', '--address', server.address], root);
    if (out !== '') await assertSchema('run', out);
    return { status, err, result: (out === '' ? {} : JSON.parse(out)) as RunResult };
  }

  it('tells the status, pauses and resumes, and lists, redrives and drops dead letters', async () => {
    let ended = '';
    await server.run(
      mended,
      [],
      async (handle) => {
        const id = handle.workflowId;
        const workflow = new OperatedWorkflow(server.client, id);
        for (const item of ['bad', 'worse', 'good']) await handle.signal(add, { id: item });
        while ((await workflow.deadLetters()).length < 2) await sleep(20);
        const listed = await command(id, 'dead-letters', 'list');
        assert.deepEqual(
          listed.result.deadLetters?.map((letter) => [letter.id, letter.error]),
          [
            ['bad', 'not mended yet'],
            ['worse', 'not mended yet'],
          ],
        );
        assert.match(runText(listed.result), /^d1 +items +bad +1 +.*not mended yet$/m);

        const paused = await command(id, 'pause');
        assert.equal(paused.status, 0);
        assert.notEqual(paused.result.status?.pausedSince, null);
        await handle.signal(add, { id: 'late' });
        assert.equal((await workflow.status()).inboxes.items?.depth, 1);
        assert.match(runText(paused.result), /paused since .*\n/);
        const { historyLength } = await handle.describe();
        await workflow.pause();
        assert.equal((await handle.describe()).historyLength, historyLength, 'paused as it is it gets no signal');
        await handle.signal(mend);
        assert.equal((await workflow.resume()).pausedSince, null);

        const redriven = await command(id, 'dead-letters', 'redrive', '--id', 'bad');
        assert.deepEqual(redriven.result.result, { done: ['d1'], kept: [] });
        assert.deepEqual(await workflow.drop({ all: true }), { done: ['d2'], kept: [] });
        const { result } = await command(id, 'status');
        assert.deepEqual(result.status?.deadLetters, []);
        assert.match(runText(result), /0 dead letters/);
        assert.equal(result.ended, null);
        await assert.rejects(workflow.redrive({ ids: ['d7'] }), /WorkflowUpdateFailedError|Update failed/);
        const unknown = await command(id, 'dead-letters', 'drop', '--id', 'd7');
        assert.equal(unknown.status, 2);
        assert.match(unknown.err, /^longhaul run: No dead letter has one of the ids d7\.\n$/);
        const codec = join(await mkdtemp(join(tmpdir(), 'longhaul-operate-')), 'codec.config.cjs');
        const decode = "decode: async () => { throw new Error('the key is gone'); }";
        await writeFile(codec, `exports.dataConverter = { payloadCodecs: [{ encode: async (p) => p, ${decode} }] };`);
        const unread = await command(id, 'status', '--config', codec);
        assert.match(unread.err, /^longhaul run: Could not operate \S+: the key is gone\.\n$/);
        assert.equal(unread.status, 3);
        await handle.terminate();
        const over = await command(id, 'status');
        assert.equal(over.status, 0);
        assert.equal(over.result.ended, 'terminated');
        assert.match(runText(over.result), /^ {2}terminated: this is how it ended/m);
        assert.match((await command(id, 'resume')).err, /no workflow \S+ is open/);
        ended = id;
      },
      { leaveOpen: 'it takes items for ever' },
    );
    const unheard = new OperatedWorkflow(server.client, ended, { timeoutMs: 500 });
    await assert.rejects(unheard.status(), /has ended \(terminated\) and needs one all the same/);
  });

  it('says in one sentence what is no longRunning workflow, not there, or without a worker', async () => {
    const quiet = await server.start(mended, [], { leaveOpen: 'no worker runs', skipReplay: 'no worker ran' });
    const unheard = new OperatedWorkflow(server.client, quiet.workflowId, { timeoutMs: 500 });
    await assert.rejects(unheard.status(), (error) => error instanceof OperateError && error.why === 'no-worker');
    await server.client.workflow.getHandle(quiet.workflowId).terminate();
    const closed = await command(quiet.workflowId, 'status');
    assert.equal(closed.status, 2);
    assert.match(closed.err, /^longhaul run: Workflow \S+ was closed before a worker took it, [^\n]+\.\n$/);
    await server.run(
      plain,
      [],
      async ({ workflowId }) => {
        const { status, err } = await command(workflowId, 'pause');
        assert.equal(status, 2);
        assert.match(
          err,
          /^longhaul run: Workflow \S+ does not know longhaul\.status: it is no longRunning workflow\.\n$/,
        );
      },
      { leaveOpen: 'it waits for days' },
    );
    const { status, err } = await command('nobody', 'status');
    assert.equal(status, 2);
    assert.match(err, /^longhaul run: no workflow nobody is open in namespace default\.\n$/);
    const none = new OperatedWorkflow(server.client, 'nobody');
    await assert.rejects(none.status(), WorkflowNotFoundError);
  });

  it('says why where the workflow fails its workflow task, and names inspect', async () => {
    const { workflowId } = await server.start(mended, [], { leaveOpen: 'it fails', skipReplay: 'it fails' });
    await server.client.workflow.getHandle(workflowId).signal(add, { id: 'crash' });
    const failing = new OperatedWorkflow(server.client, workflowId);
    await server.run(
      mended,
      [],
      async () => {
        for (let tries = 0; ; tries += 1) {
          const error: unknown = await failing.status().then(
            () => undefined,
            (thrown: unknown) => thrown,
          );
          if (error instanceof OperateError && error.why === 'task-failing') {
            assert.match(
              error.message,
              /^Workflow \S+ fails its workflow task: .*it can not be worked on\. Mend the workflow code .* In full: longhaul inspect \S+\.$/,
            );
            return;
          }
          assert.ok(tries < 50, String(error));
          await sleep(100);
        }
      },
      { leaveOpen: 'it takes items for ever' },
    );
    const { status, err } = await command(workflowId, 'pause');
    assert.equal(status, 3, err);
    assert.match(err, /^longhaul run: [^\n]+\n$/);
  });

  const wrong: [what: string, args: string[], message: RegExp][] = [
    ['no workflow id', [], /name a workflow id and a command/],
    ['no command', ['order-2'], /no command was given; use status, pause/],
    ['an unknown command', ['order-2', 'stop'], /"stop" is no command/],
    ['redrive without letters', ['order-2', 'dead-letters', 'redrive'], /takes either --all or --id ID/],
    ['redrive of all and of some', ['order-2', 'dead-letters', 'drop', '--all', '--id', 'd1'], /takes either/],
    ['letters where none are taken', ['order-2', 'status', '--all'], /status takes neither --all nor --id/],
  ];
  for (const [what, args, message] of wrong) {
    it(`ends with 2 and one line at ${what}`, async () => {
      const { status, err } = await longhaul(['run', ...args], root);
      assert.match(err, message);
      assert.match(err, /^longhaul run: [^\n]+\n$/);
      assert.equal(status, 2);
    });
  }
});
