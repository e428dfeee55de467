import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';

import { bundleOnce, replayAfterEach, startServer, type Hook, type Server } from '../../testing';

import * as activities from './activities';
import { chain, fickle, greeting } from './workflows';

describe('replayAfterEach', () => {
  const workflowsPath = require.resolve('./workflows');
  let server: Server;
  let connection: Connection;
  let native: NativeConnection;
  let client: Client;
  // What a test runner would call around each test.
  const hooks: Record<'beforeEach' | 'afterEach', Parameters<Hook>[0]> = {
    beforeEach: () => assert.fail(),
    afterEach: () => assert.fail(),
  };
  const replayed = replayAfterEach({
    client: () => client,
    workflowsPath,
    hooks: {
      beforeEach: (run) => void (hooks.beforeEach = run),
      afterEach: (run) => void (hooks.afterEach = run),
    },
  });
  const taskQueue = `replay-after-each-${randomUUID()}`;
  const options = () => ({ taskQueue, workflowId: `replay-after-each-${randomUUID()}` });
  const test = async (body: () => Promise<unknown>): Promise<void> => {
    await hooks.beforeEach.call(undefined);
    const worker = await Worker.create({
      activities,
      connection: native,
      taskQueue,
      workflowBundle: await bundleOnce(workflowsPath),
    });
    await worker.runUntil(body);
    await hooks.afterEach.call(undefined);
  };

  before(async () => {
    server = await startServer();
    connection = await Connection.connect({ address: server.address });
    native = await NativeConnection.connect({ address: server.address });
    client = new Client({ connection });
  });

  after(async () => {
    await connection.close();
    await native.close();
    await server.stop();
  });

  it('replays what a client of the test’s own started', async () => {
    await test(() => client.workflow.execute(chain, { ...options(), args: [1] }));
    await assert.rejects(
      test(() => client.workflow.execute(fickle, options())),
      { name: 'ReplayAfterwardsError' },
    );
  });

  it('replays what a signal started', async () => {
    const signalWithStart = { ...options(), signal: 'finish', args: [] as [] };
    await assert.rejects(
      test(async () => (await client.workflow.signalWithStart(fickle, signalWithStart)).result()),
      /Workflow fickle .* does not replay/,
    );
  });

  it('replays what it is told of, and nothing of the test before', async () => {
    const other = new Client({ connection });
    const { workflowId } = await other.workflow.start(fickle, options());
    await test(async () => {
      await other.workflow.result(workflowId);
      await client.workflow.execute(greeting, { ...options(), args: ['you'] });
    });
    await assert.rejects(
      test(async () => {
        replayed.track({ workflowId });
        await Promise.resolve();
      }),
      { name: 'ReplayAfterwardsError', workflowId },
    );
  });

  it('leaves out what a test says it must not replay', () =>
    test(async () => {
      await client.workflow.execute(fickle, options());
      replayed.skip('it is nondeterministic on purpose');
    }));
});
