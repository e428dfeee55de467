import assert from 'node:assert/strict';
import { setTimeout } from 'node:timers/promises';
import { Client } from '@temporalio/client';
import type { ClientOptions, WorkflowHandle } from '@temporalio/client';
import { useServer } from 'longhaul/testing';
import { LonghaulPlugin } from 'longhaul/worker';
import * as flows from './workflows';

const catalog = { child: { expectedMaxDuration: '3 days', team: 'orders' } } as const;
const silent = { catalog, warn: () => undefined };

describe('search attributes that the server lacks', () => {
  it('are left out when a start that names them is refused', async () => {
    const sent: string[][] = [];
    const refused = () => Promise.reject(new Error('no such search attribute'));
    const connection = {
      plugins: [],
      withDeadline: refused,
      workflowService: {
        startWorkflowExecution: ({ searchAttributes }: { searchAttributes?: { indexedFields?: object } }) => {
          sent.push(Object.keys(searchAttributes?.indexedFields ?? {}));
          return sent.length === 1 ? refused() : Promise.resolve({ runId: 'run' });
        },
      },
    };
    const client = new Client({
      connection: connection as unknown as NonNullable<ClientOptions['connection']>,
      plugins: [new LonghaulPlugin(silent)],
    });
    await client.workflow.start('child', { taskQueue: 'queue', workflowId: 'id' });
    assert.deepEqual(sent, [['ExpectedMaxDurationHours', 'TeamOwner', 'LonghaulDeadline'], []]);
  });

  describe('of a worker', () => {
    const server = useServer(require.resolve('./workflows'), {
      plugins: [new LonghaulPlugin(silent)],
      server: { reuse: false },
    });

    it('are left out of a child', () =>
      server.run(flows.parent, [], async (handle) => {
        assert.equal(await Promise.race([handle.result(), failedTask(handle)]), 'done');
      }));

    it('are left out of its progress', () =>
      server.run(flows.showsToNobody, [], async (handle) => {
        assert.equal(await Promise.race([handle.result(), failedTask(handle)]), 'done');
      }));
  });
});

/** What made a workflow task fail: the server tries it again for ever, so its workflow would only show it by not ending. */
async function failedTask(handle: WorkflowHandle): Promise<unknown> {
  for (;;) {
    const { events } = await handle.fetchHistory();
    const failed = events?.find(({ workflowTaskFailedEventAttributes }) => workflowTaskFailedEventAttributes != null);
    if (failed) return failed.workflowTaskFailedEventAttributes?.failure?.message;
    if (
      events?.some(({ workflowExecutionCompletedEventAttributes }) => workflowExecutionCompletedEventAttributes != null)
    )
      return 'done';
    await setTimeout(50);
  }
}
