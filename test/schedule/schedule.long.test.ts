import assert from 'node:assert/strict';
import { rollOverSignal, statusQuery } from 'longhaul/workflows';
import { runSchedule, useServer } from 'longhaul/testing';
import { chainOf, ids } from '../workflows/support';
import { addOrder, orderQueue } from '../workflows/workflows/orders';

const items = 120;

describe('signals, rollovers and crashes in a random schedule', () => {
  const server = useServer(require.resolve('../workflows/workflows/orders'));
  for (const seed of process.env.LONGHAUL_SEED ? [Number(process.env.LONGHAUL_SEED)] : [1, 20_251]) {
    it(`handle each order once and in order, with seed ${seed}`, async () => {
      const handle = await server.start(orderQueue, [], { workflowTaskTimeout: '1 second' });
      const latest = server.client.workflow.getHandle(handle.workflowId);
      await runSchedule({
        seed,
        items,
        duplicates: 18,
        rollOvers: 9,
        crashes: 3,
        pauses: 24,
        pauseMs: 150,
        send: ({ number, last }) => latest.signal(addOrder, { id: `o${number}`, last }),
        rollOver: () => latest.signal(rollOverSignal),
        worker: () =>
          // Nothing is cached: every workflow task replays the whole run.
          server.startWorkerProcess({ activitiesPath: require.resolve('../workflows/activities') }),
        async check() {
          assert.deepEqual(await handle.result(), ids(items));
          const runs = await chainOf(server.client, handle);
          const { duplicates } = (await latest.query(statusQuery)).inboxes['orders'] ?? {};
          assert.ok(runs.length >= 6, `${runs.length} runs`);
          assert.equal(duplicates, 18);
        },
      });
    });
  }
});
