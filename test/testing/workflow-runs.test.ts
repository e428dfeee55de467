import assert from 'node:assert/strict';

import { useServer, workflowRuns } from '../../testing';

import * as activities from './activities';
import { chain } from './workflows';

describe('workflowRuns', () => {
  const server = useServer(require.resolve('./workflows'), { activities });

  it('fetches every run of a continue-as-new chain, and of the children of each', () =>
    server.run(chain, [], async (handle) => {
      await handle.result();
      const { workflowId, firstExecutionRunId: runId } = handle;
      const runs = await workflowRuns(server.client, { workflowId, runId });
      const kinds = runs.map(({ workflowType, isChild, isOpen }) => `${workflowType} ${isChild} ${isOpen}`).sort();
      assert.deepEqual(kinds, [
        ...Array<string>(3).fill('chain false false'),
        ...Array<string>(3).fill('leaf true false'),
      ]);
      assert.equal(new Set(runs.map((run) => run.runId)).size, 6);
    }));
});
