import assert from 'node:assert/strict';
import { useServer } from 'longhaul/testing';
import { useWorkerProcesses } from './worker-processes';
import { call } from './workflows';

const heartbeatTimeoutMs = 2_000;
const options = { startToCloseTimeout: 60_000, heartbeatTimeout: heartbeatTimeoutMs, retry: { initialInterval: 1 } };

describe('an activity that does not go on, in a process that lives', () => {
  const server = useServer(require.resolve('./workflows'));
  const workers = useWorkerProcesses(server, require.resolve('./kept-alive'));

  it('is found within stallAfter and a beat, while it beats', async () => {
    const worker = await workers.start();
    const handle = await server.start(call, ['hangsOnce', [workers.file], options]);
    assert.equal(await handle.result(), 1);
    const hungAt = Number(await workers.lastOf('hangs'));
    const ms = (await workers.startedAt(handle.workflowId, 2)) - hungAt;
    // stallAfter is 1,500 ms, a beat comes each 0.4 of the timeout.
    assert.ok(ms >= 1_400 && ms <= 1_500 + 0.4 * heartbeatTimeoutMs, `the next attempt began after ${ms} ms`);
    assert.match(worker.output, /'hangsOnce' has stalled: no progress for 1500 ms/);
  });

  it('is told from a dead process while it holds the event loop, and afterwards', async () => {
    const worker = await workers.start();
    const handle = await server.start(call, ['blocksOnce', [workers.file, 4_000], options]);
    await workers.noted('blocks');
    const other = await workers.start();
    await handle.result();
    await workers.noted('refused');
    assert.deepEqual(await workers.lastOf('refused'), [true, true]);
    assert.match(
      worker.output,
      /the event loop has been blocked for \d+ ms and is still: .* 'blocksOnce' \(attempt 1, workflow call-/,
    );
    const [, ms] = /'blocksOnce', attempt 1: the event loop was blocked for (\d+) ms/.exec(worker.output) ?? [];
    assert.ok(Math.abs(Number(ms) - 4_000) < 500, `told ${ms} ms`);
    assert.doesNotMatch(worker.output, /stood still/);
    assert.doesNotMatch(other.output, /blocked/);
  });
});
