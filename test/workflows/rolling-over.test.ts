import assert from 'node:assert/strict';
import { setTimeout } from 'node:timers/promises';
import { statusQuery } from 'longhaul/workflows';
import { useServer } from 'longhaul/testing';
import { chainOf, inRun, until } from './support';
import * as flows from './workflows/rolling-over';

describe('a rollover', () => {
  const server = useServer(require.resolve('./workflows/rolling-over'));
  const names = (count: number) => Array.from({ length: count }, (_, index) => `t${index}`);

  it('comes when the limits are reached, and then waits for every handler of the body that is at work', () =>
    server.run(flows.things, [0], async (handle) => {
      const now = server.client.workflow.getHandle(handle.workflowId);
      const answer = now.executeUpdate(flows.ask, { args: [1_200] });
      await now.signal(flows.work, 800);
      for (const id of names(30)) await now.signal(flows.addThing, { id });
      // Well over its limits, it has decided, and waits.
      await until(
        () => now.query(statusQuery),
        ({ run, rollingOver }) => run === 1 && rollingOver === 'limits',
      );
      assert.equal(await answer, 1);
      await inRun(now, 2);
      await now.signal(flows.addThing, { id: 'end', last: true });
      const { done, worked, runs } = await handle.result();
      assert.deepEqual({ done, worked }, { done: [...names(30), 'end'], worked: 1 });
      assert.equal((await chainOf(server.client, handle)).length, runs);
    }));

  it('never comes without progress, also where a run begins over its limits', () =>
    server.run(flows.things, [50_000], async (handle) => {
      const now = server.client.workflow.getHandle(handle.workflowId);
      for (const id of names(10)) await now.signal(flows.addThing, { id });
      await inRun(now, 2);
      const status = () => now.query(statusQuery);
      const { run } = await until(status, ({ rollingOver, inboxes: { things } }) => {
        return rollingOver === null && things?.received === 10 && things.depth + things.leases === 0;
      });
      const { runId } = await now.describe();
      await setTimeout(700);
      const later = await now.describe();
      assert.deepEqual([(await status()).run, later.runId], [run, runId], 'it rolled over with nothing done');
      await now.signal(flows.addThing, { id: 'end', last: true });
      const { done, runs } = await handle.result();
      assert.deepEqual(done, [...names(10), 'end']);
      // An item costs a run at most, and its arrival another.
      assert.ok(runs <= 2 * done.length + 1, `${runs} runs for ${done.length} items`);
    }));
});
