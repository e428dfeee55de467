import assert from 'node:assert/strict';
import { setTimeout } from 'node:timers/promises';
import { useServer } from 'longhaul/testing';
import { until } from '../workflows/support';
import * as activities from './activities';
import * as flows from './earlier-execution';

describe('children of an execution that was terminated, and started again under the same id', () => {
  const server = useServer(require.resolve('./earlier-execution'), { activities });

  it('are not taken for those of the new one, nor their reports', () =>
    server.run(flows.parent, [['old a', 'old b']], async (handle) => {
      const childStarted = () => server.client.workflow.getHandle(`${handle.workflowId}/children/2`).describe();
      await until(childStarted, () => true);
      await handle.terminate();
      const again = await server.start(flows.parent, [['new a', 'new b']], { workflowId: handle.workflowId });
      assert.deepEqual(await again.result(), ['new a: new a', 'new b: new b']);
    }));

  it('do not keep the new one from starting its own', () =>
    server.run(flows.starts, [], async (handle) => {
      const id = `${handle.workflowId}/sleeps/1`;
      await until(
        () => server.client.workflow.getHandle(id).describe(),
        () => true,
      );
      await handle.terminate();
      const again = await server.start(flows.starts, [], { workflowId: handle.workflowId });
      assert.equal(await again.result(), `${id}/${again.firstExecutionRunId}`);
      await setTimeout(700);
    }));
});
