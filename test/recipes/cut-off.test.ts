import assert from 'node:assert/strict';
import { setTimeout } from 'node:timers/promises';
import { submit } from 'longhaul/client';
import { answerUpdate, approvalQuery } from 'longhaul/recipes';
import { rollOverSignal } from 'longhaul/workflows';
import { useServer } from 'longhaul/testing';
import { inRun, until } from '../workflows/support';
import * as flows from './cut-off';

describe('recipes that are cut off', () => {
  const server = useServer(require.resolve('./cut-off'));
  const once = { begun: ['a'], open: 0, mostOpen: 1 };

  it('wait for what they have in hand, and begin nothing twice when they are called again: fanOut', () =>
    server.run(flows.fansOutTwice, [], async (handle) => {
      assert.deepEqual(await handle.result(), { ...once, succeeded: 1 });
    }));

  it('wait for what they have in hand, and begin nothing twice when they are called again: batch', () =>
    server.run(flows.batchesTwice, [], async (handle) => {
      await handle.signal(flows.addLine, 'a');
      assert.deepEqual(await handle.result(), { ...once, batches: 1, items: 1 });
    }));

  it('roll over between two reminders, also where each takes longer than it is to the next one', () =>
    server.run(flows.remindsSlowly, [], async (handle) => {
      await until(
        () => handle.query(approvalQuery, 'purchase'),
        (view) => view?.audit.some(({ what }) => what === 'reminded') === true,
      );
      await handle.signal(rollOverSignal);
      const rolledOver = inRun(server.client.workflow.getHandle(handle.workflowId), 2).then(() => true);
      assert.ok(await Promise.race([rolledOver, setTimeout(4_000, false)]), 'it did not roll over');
      await submit(handle, answerUpdate, { by: 'ann', decision: 'approve' });
      assert.deepEqual(await handle.result(), { decision: 'approved', run: 2 });
    }));
});
