import assert from 'node:assert/strict';
import { setTimeout } from 'node:timers/promises';
import { useServer } from 'longhaul/testing';
import { useWorkerProcesses } from './worker-processes';
import { call } from './workflows';

const heartbeatTimeoutMs = 2_000;
const options = { startToCloseTimeout: 60_000, heartbeatTimeout: heartbeatTimeoutMs, retry: { initialInterval: 1 } };

describe('an activity whose worker is killed with SIGKILL', () => {
  const server = useServer(require.resolve('./workflows'));
  const workers = useWorkerProcesses(server, require.resolve('./activities'));
  const { noted, lastOf } = workers;

  it('goes on within the heartbeat timeout plus a second, from exactly the last commit', async () => {
    const worker = await workers.start();
    const handle = await server.start(call, ['commits', [workers.file, 25], options]);
    await noted('waits');
    await workers.start();
    const killedAt = Date.now();
    await worker.kill();
    assert.equal(await handle.result(), 25);
    const seconds = ((await workers.startedAt(handle.workflowId, 2)) - killedAt) / 1_000;
    assert.ok(seconds <= heartbeatTimeoutMs / 1_000 + 1, `the next attempt began after ${seconds} s`);
  });

  it('loses no acknowledged commit at a random moment', async () => {
    const worker = await workers.start();
    const handle = await server.start(call, ['commitsOn', [workers.file], options]);
    await noted('committed', 10);
    await setTimeout(Math.random() * 200);
    await worker.kill();
    const acknowledged = Number(await lastOf('committed'));
    await workers.start();
    const resumed = Number(await handle.result());
    // The server may have had one more, whose answer did not arrive in time to be noted.
    assert.ok(resumed === acknowledged || resumed === acknowledged + 1, `${resumed} after ${acknowledged}`);
  });

  it('loses with the plain heartbeat() most of what it beat', async () => {
    const worker = await workers.start();
    const handle = await server.start(call, ['plainBeats', [workers.file], options]);
    await noted('beat', 20);
    await worker.kill();
    const made = Number(await lastOf('beat'));
    await workers.start();
    const resumed = Number(await handle.result());
    assert.ok(resumed < made - 5, `made ${made}, resumed from ${resumed}`);
  });

  for (const value of [7, 0, '', false, { deep: [1] }]) {
    it(`keeps a saved ${JSON.stringify(value)} from the next beat on`, async () => {
      const worker = await workers.start();
      const handle = await server.start(call, ['saves', [workers.file, value], options]);
      await noted('waits');
      // One beat each 0.4 × the timeout.
      await setTimeout(heartbeatTimeoutMs * 0.4 + 300);
      await worker.kill();
      await workers.start();
      assert.deepEqual(await handle.result(), value);
    });
  }

  it('hands over at once when its worker is stopped with SIGTERM', async () => {
    const worker = await workers.start({ shutdownGraceTime: 0 });
    const long = { ...options, heartbeatTimeout: 30_000 };
    const handle = await server.start(call, ['saves', [workers.file, 42], long]);
    await noted('waits');
    const other = await workers.start();
    const stoppedAt = Date.now();
    await worker.kill('SIGTERM');
    assert.equal(await handle.result(), 42);
    assert.ok(Date.now() - stoppedAt < 10_000, 'long before the heartbeat timeout of 30 s');
    await other.kill();
  });

  it('hands over at once although its worker gives short activities time to end', async () => {
    const plugins = [require.resolve('./with-plugin')];
    const worker = await workers.start({ shutdownGraceTime: 20_000 }, { plugins });
    const handle = await server.start(call, ['saves', [workers.file, 43], { ...options, heartbeatTimeout: 30_000 }]);
    await noted('waits');
    const other = await workers.start();
    const stoppedAt = Date.now();
    const stopped = worker.kill('SIGTERM');
    assert.equal(await handle.result(), 43);
    const ms = (await workers.startedAt(handle.workflowId, 2)) - stoppedAt;
    assert.ok(ms < 1_000, `the next attempt began after ${ms} ms`);
    await Promise.all([stopped, other.kill()]);
  });

  it('is told that a newer attempt has taken its place', async () => {
    const first = await workers.start();
    const handle = await server.start(call, ['outlived', [workers.file], options]);
    await noted('waits');
    // The thread that tells a suspension from a blocked event loop has to be up.
    await setTimeout(500);
    process.kill(first.pid, 'SIGSTOP');
    await workers.start();
    await noted('began with', 2);
    process.kill(first.pid, 'SIGCONT');
    await noted('refused');
    assert.match(String(await lastOf('refused')), /the process stood still for \d+ ms|no JavaScript ran for/);
    assert.equal(await handle.result(), 100);
  });
});
