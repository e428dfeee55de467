import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { rollOverSignal } from 'longhaul/workflows';
import { answerSignal } from 'longhaul/recipes';
import { startWorkerProcess, useServer } from 'longhaul/testing';
import * as flows from './workflows';

describe('recipes whose workers are killed', () => {
  const server = useServer(require.resolve('./workflows'));
  let workflowBundlePath: string;

  before(async () => {
    workflowBundlePath = join(await mkdtemp(join(tmpdir(), 'longhaul-bundle-')), 'workflows.js');
    await writeFile(workflowBundlePath, (await server.bundle()).code);
  });

  after(() => rm(dirname(workflowBundlePath), { recursive: true }));

  it('count each item once, keep each answer and line, and end', async () => {
    const start = () =>
      startWorkerProcess({
        address: server.address,
        taskQueue: server.taskQueue,
        workflowBundlePath,
        activitiesPath: require.resolve('./activities'),
      });
    const fan = await server.start(flows.squares, [{ to: 400, page: 50, concurrency: 10, startToClose: 1_000 }]);
    const approval = await server.start(flows.approves, [{ approvers: ['ann', 'bob'], deadline: '1 hour' }]);
    const lines = await server.start(flows.batches, [
      { maxSize: 4, maxWait: 100, concurrency: 2, startToClose: 1_000 },
    ]);
    const latest = (handle: { workflowId: string }) => server.client.workflow.getHandle(handle.workflowId);
    let worker = await start();
    for (const [index, by] of (['ann', 'ann', 'bob'] as const).entries()) {
      await worker.ready;
      await latest(approval).signal(answerSignal, { by, decision: 'approve' });
      for (let n = 1; n <= 5; n += 1) await latest(lines).signal(flows.addLine, { id: `${index}/${n}`, key: 'a' });
      await setTimeout(200 + 150 * index);
      for (const handle of [fan, lines]) await latest(handle).signal(rollOverSignal);
      await worker.kill();
      worker = await start();
    }
    try {
      await latest(lines).signal(flows.addLine, { id: 'last', key: 'a', last: true });
      const { value, succeeded, failed } = await fan.result();
      const squares = Array.from({ length: 400 }, (_, index) => (index + 1) ** 2);
      assert.deepEqual([value.sum, succeeded, failed], [squares.reduce((one, other) => one + other, 0), 400, 0]);
      assert.deepEqual(
        (await approval.result()).audit.map(({ what }) => what),
        ['asked', 'answered', 'ignored', 'answered', 'decided'],
      );
      const { items, failed: failedBatches } = await lines.result();
      assert.deepEqual([items, failedBatches], [16, 0]);
    } finally {
      await worker.kill();
    }
  });
});
