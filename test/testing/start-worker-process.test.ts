import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import type { WorkflowHandle } from '@temporalio/client';

import { startWorkerProcess, useServer, type WorkerProcess, type WorkerProcessOptions } from '../../testing';

import { useTemporaryFolder } from './temporary-folder';
import { untilGone } from './until-gone';
import { greeting, long } from './workflows';

describe('startWorkerProcess', () => {
  const folder = useTemporaryFolder();
  const server = useServer(require.resolve('./workflows'));

  const start = async (options: Partial<WorkerProcessOptions> = {}): Promise<WorkerProcess> => {
    const workflowBundlePath = join(folder.path, 'bundle.js');
    await writeFile(workflowBundlePath, (await server.bundle()).code);
    const { address, taskQueue } = server;
    const activitiesPath = require.resolve('./activities');
    return await startWorkerProcess({ address, taskQueue, activitiesPath, workflowBundlePath, ...options });
  };

  it('loses a worker to SIGKILL in the middle of an activity, which another worker takes up', async () => {
    // Without sticky queues the second worker need not wait for the first one's to time out.
    const workerOptions = { maxCachedWorkflows: 0 };
    const first = await start({ workerOptions });
    await first.ready;
    const handle = await server.start(long, []);
    await untilBeating(handle);
    await first.kill();
    assert.deepEqual(await first.exited, { code: null, signal: 'SIGKILL' });
    const second = await start({ workerOptions });
    assert.equal(await handle.result(), 2);
    await second.kill();
  });

  it('takes activities from a factory, and workflows from their module', async () => {
    const worker = await startWorkerProcess({
      address: server.address,
      taskQueue: server.taskQueue,
      workflowsPath: require.resolve('./workflows'),
      activitiesPath: require.resolve('./made-activities'),
    });
    await worker.ready;
    const handle = await server.start(greeting, ['you']);
    assert.equal(await handle.result(), 'Made for you');
    await worker.kill('SIGTERM');
    assert.deepEqual(await worker.exited, { code: 0, signal: null });
  });

  it('says in a sentence why a worker did not come up', async () => {
    const worker = await start({ activitiesPath: join(folder.path, 'missing.js') });
    await assert.rejects(worker.ready, {
      name: 'WorkerProcessError',
      message:
        /^The worker process for task queue .* ended with status 1 before its worker polled: Error .*missing\.js/,
    });
  });

  it('leaves no worker behind when its parent is killed with SIGKILL', async () => {
    const parent = fork(join(__dirname, 'processes', 'start-worker.js'), [server.address, server.taskQueue]);
    const [{ pid }] = (await once(parent, 'message')) as [{ pid: number }];
    process.kill(pid, 0);
    parent.kill('SIGKILL');
    await once(parent, 'exit');
    await untilGone(pid);
  });

  async function untilBeating(handle: WorkflowHandle): Promise<void> {
    for (;;) {
      const { raw } = await handle.describe();
      if (raw.pendingActivities?.some(({ lastHeartbeatTime }) => lastHeartbeatTime)) return;
      await sleep(50); // the server has no event for a heartbeat
    }
  }
});
