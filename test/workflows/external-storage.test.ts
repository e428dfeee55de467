import assert from 'node:assert/strict';
import { rollOverSignal } from 'longhaul/workflows';
import { startWorkerProcess, useServer } from 'longhaul/testing';
import { inRun } from './support';
import * as flows from './workflows/carrying';

describe("the SDK's external storage", () => {
  const server = useServer(require.resolve('./workflows/carrying'));

  it('takes a state of 5 MiB over two rollovers, by reference', async () => {
    const { address, taskQueue } = server;
    const worker = await startWorkerProcess({
      address,
      taskQueue,
      workflowsPath: require.resolve('./storage/stored'),
      plugins: [require.resolve('./storage/plugin')],
      execArgv: [...process.execArgv, '--require', require.resolve('./storage/one-protobufjs')],
    });
    try {
      await worker.ready;
      // Not by server.start(), which would replay it here, where what it carries is not.
      const handle = await server.client.workflow.start(flows.hoard, { taskQueue, workflowId: taskQueue, args: [] });
      const now = server.client.workflow.getHandle(handle.workflowId);
      for (let at = 0; at < 6; at += 1) await now.signal(flows.put, { kib: 900 });
      for (const run of [2, 3]) {
        await now.signal(rollOverSignal);
        await inRun(now, run);
      }
      await now.signal(flows.put, { kib: 1, last: true });
      // Of the newest run alone: the client has no storage, and would read what each run before it carried.
      assert.deepEqual(await now.result(), { kept: [900, 900, 900, 900, 900, 900, 1], runs: 3 });
      // The client refuses to hand out a history with references that it has no storage for.
      const { history } = await server.connection.workflowService.getWorkflowExecutionHistory({
        namespace: server.namespace,
        execution: { workflowId: handle.workflowId },
      });
      const [started] = history?.events ?? [];
      const carried = started?.workflowExecutionStartedEventAttributes?.input?.payloads?.[1]?.data?.length ?? 0;
      assert.ok(carried > 0 && carried < 1_024, `${carried} bytes on the wire`);
    } finally {
      await worker.kill();
    }
  });
});
