import assert from 'node:assert/strict';
import { WorkflowFailedError } from '@temporalio/client';
import { CancelledFailure } from '@temporalio/common';
import { useServer } from 'longhaul/testing';
import { until } from './support';
import * as flows from './workflows/plain-pieces';

const names = (count: number) => Array.from({ length: count }, (_, index) => `j${index}`);

describe('the pieces in a plain workflow function', () => {
  const server = useServer(require.resolve('./workflows/plain-pieces'));

  for (const concurrency of [1, 3]) {
    it(`carry an inbox over rollovers that the budget asks for, ${concurrency} at once, and lose nothing`, () =>
      server.run(flows.jobs, [concurrency], async (handle) => {
        for (const [index, id] of names(40).entries()) {
          await handle.signal(flows.addJob, { id });
          if (index % 10 === 5) await handle.signal(flows.addJob, { id });
        }
        await handle.signal(flows.addJob, { id: 'end', last: true });
        const { done, runs } = await handle.result();
        const expected = [...names(40), 'end'];
        assert.deepEqual(concurrency === 1 ? done : [...done].sort(), concurrency === 1 ? expected : expected.sort());
        assert.ok(runs >= 3, `${runs} runs`);
      }));
  }

  it('answer an update before they roll over', () =>
    server.run(flows.jobs, [1], async (handle) => {
      const now = server.client.workflow.getHandle(handle.workflowId);
      const update = now.executeUpdate(flows.slowUpdate, { args: [400] });
      for (const id of names(20)) await now.signal(flows.addJob, { id });
      assert.equal(await update, 'answered in run 1');
      await until(
        () => now.query(flows.runsQuery),
        (runs) => runs >= 2,
      );
      await now.signal(flows.addJob, { id: 'end', last: true });
      assert.deepEqual((await handle.result()).done, [...names(20), 'end']);
    }));

  it('count signals, and treat what next() gave as handled when the inbox is carried', () =>
    server.run(flows.oneJobAtATime, [], async (handle) => {
      for (const id of names(12)) await handle.signal(flows.addJob, { id });
      await handle.signal(flows.addJob, { id: 'end', last: true });
      const { done, runs } = (await handle.result()) as { done: string[]; runs: number };
      assert.deepEqual(done, [...names(12), 'end']);
      assert.ok(runs >= 2, `${runs} runs`);
    }));

  it('honour a cancellation that comes while a rollover waits', () =>
    server.run(flows.cancelledInTime, [], async (handle) => {
      await handle.signal(flows.stop);
      await handle.cancel();
      await assert.rejects(handle.result(), (error) => {
        return error instanceof WorkflowFailedError && error.cause instanceof CancelledFailure;
      });
    }));
});
