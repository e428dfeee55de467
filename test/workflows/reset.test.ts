import assert from 'node:assert/strict';
import { submit } from 'longhaul/client';
import { rollOverSignal } from 'longhaul/workflows';
import { useServer } from 'longhaul/testing';
import { inRun } from './support';
import * as flows from './workflows/reset';

describe('a chain that is reset', () => {
  const server = useServer(require.resolve('./workflows/reset'));

  it('takes again all that came after, also what later runs were asked and answered', () =>
    server.run(flows.takes, [], async (handle) => {
      const { workflowId, firstExecutionRunId: runId } = handle;
      const current = server.client.workflow.getHandle<typeof flows.takes>(workflowId);
      const sent: string[] = [];
      for (const run of [1, 2]) {
        for (const n of [1, 2, 3]) {
          assert.equal(await submit(current, flows.ask, `ask ${run}.${n}`), `ask ${run}.${n} is done`);
          await submit(current, flows.tell, `tell ${run}.${n}`, { whenFull: 'wait' });
          sent.push(`ask ${run}.${n}`, `tell ${run}.${n}`);
        }
        if (run === 1) await current.signal(rollOverSignal);
        await inRun(current, 2);
      }
      const { events } = await server.client.workflow.getHandle(workflowId, runId).fetchHistory();
      const tasks = events?.filter((event) => event.workflowTaskCompletedEventAttributes);
      await server.client.workflowService.resetWorkflowExecution({
        namespace: server.namespace,
        workflowExecution: { workflowId, runId },
        reason: 'the test wants it',
        requestId: 'reset',
        workflowTaskFinishEventId: tasks?.[3]?.eventId ?? null,
      });
      assert.equal(await submit(current, flows.ask, 'end'), 'end is done');
      const done = await current.result();
      assert.deepEqual([...done].sort(), [...sent, 'end'].sort());
    }));
});
