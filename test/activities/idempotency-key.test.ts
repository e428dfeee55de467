import assert from 'node:assert/strict';
import { join } from 'node:path';
import { activityInfo } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { idempotencyKey, longActivity } from 'longhaul/activities';
import { assertReplays, fromHistory, loadHistories } from 'longhaul/replay';
import { useServer, workflowRuns } from 'longhaul/testing';
import { LonghaulPlugin } from 'longhaul/worker';
import { addItem, keys, outcomeOf } from './workflows';

const keyOf = async (step: string, item?: string) => {
  const key = await idempotencyKey(step, item === undefined ? {} : { item });
  // The next attempt's has to be the same; a failed one leaves no trace in the result.
  made.push(key);
  if (activityInfo().attempt === 1) throw ApplicationFailure.retryable('once');
  return key;
};
const made: string[] = [];

const activities = { keyOf, inJob: longActivity({}, ({ idempotencyKey: key }, item: string) => key('step', { item })) };

describe('idempotencyKey', () => {
  describe('with the plugin', () => {
    const server = useServer(require.resolve('./workflows'), { activities, plugins: [new LonghaulPlugin()] });

    it('is the same over retries and rollovers, and differs by item and step', () =>
      server.run(keys, [], async (handle) => {
        made.length = 0;
        const ids = ['a', 'b', 'c', 'd', 'e', 'f'];
        for (const id of ids) await handle.signal(addItem, { id });
        const result = await handle.result();
        const key = (item: string, step: string) =>
          ['default', handle.workflowId, handle.firstExecutionRunId, item, step].map(encodeURIComponent).join('/');
        const expected = [key('an item', 'once'), ...ids.map((id) => key(id, `step of ${id}`))];
        assert.deepEqual([...result].sort(), [...expected].sort());
        for (const each of expected) assert.equal(made.filter((other) => other === each).length, 2, each);
        // The other way round: recorded with the plugin, replayed without.
        const { client } = server;
        const runs = await workflowRuns(client, { workflowId: handle.workflowId, runId: handle.firstExecutionRunId });
        const histories = await Promise.all(
          runs.map(async (run) =>
            fromHistory(await client.workflow.getHandle(run.workflowId, run.runId).fetchHistory(), {
              workflowId: run.workflowId,
            }),
          ),
        );
        assert.ok(histories.length > 1);
        await assertReplays({ workflowsPath: require.resolve('./workflows'), histories });
      }));
  });

  describe('without the plugin', () => {
    const server = useServer(require.resolve('./workflows'), { activities });

    it('asks the server for the first run, and says what to do where there is no item', () =>
      server.work(async () => {
        const options = { startToCloseTimeout: 10_000, heartbeatTimeout: 5_000, retry: { maximumAttempts: 1 } };
        const handle = await server.start(outcomeOf, ['inJob', ['i1'], options]);
        const { workflowId, firstExecutionRunId } = handle;
        assert.equal(await handle.result(), `default/${workflowId}/${firstExecutionRunId}/i1/step`);
        const without = await server.start(outcomeOf, ['keyOf', ['step'], options]);
        const outcome = (await without.result()) as { type: string; message: string };
        assert.equal(outcome.type, 'LonghaulIdempotencyKey');
        assert.match(outcome.message, /idempotencyKey\('step', \{ item: order\.id \}\)/);
      }));
  });

  it('leaves no trace: a history that was recorded without the plugin replays with it', async () => {
    const names = ['queue-closed-chain-run-1', 'lanes-two-lanes-run-1', 'cleans-up-cancelled-while-it-waits-run-1'];
    const files = names.map((name) => join(process.cwd(), `replay-histories/compat/${name}-sdk1.24.0.bin.gz`));
    await assertReplays({
      workflowsPath: require.resolve('../compat/workflows'),
      histories: await loadHistories(files),
      replayOptions: { plugins: [new LonghaulPlugin()] },
    });
  });
});
