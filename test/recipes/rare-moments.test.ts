import assert from 'node:assert/strict';
import { rollOverSignal } from 'longhaul/workflows';
import { callbackSignal } from 'longhaul/recipes';
import { useServer } from 'longhaul/testing';
import { inRun } from '../workflows/support';
import * as flows from './rare-moments';

describe('recipes in rare moments', () => {
  const server = useServer(require.resolve('./rare-moments'));
  const current = ({ workflowId }: { workflowId: string }) => server.client.workflow.getHandle(workflowId);

  it('fan out again after their source failed, and begin nothing twice', () =>
    server.run(flows.fansOutAgain, [], async (handle) => {
      assert.deepEqual(await handle.result(), {
        failure: 'the source is away',
        succeeded: 6,
        sum: 21,
        begun: [1, 2, 3, 4, 5, 6],
      });
    }));

  it('poll on, whatever the polled system asks for', () =>
    server.run(flows.pollsOddly, [], async (handle) => {
      assert.equal(await handle.result(), 7);
    }));

  it('batch items of every key, also over a rollover, and set aside those without one', () =>
    server.run(flows.batchesOddly, [], async (handle) => {
      const meters = ['__proto__', 'constructor', 'north', '__proto__'];
      for (const meter of meters.slice(0, 2)) await handle.signal(flows.addReading, { meter });
      await handle.signal(flows.addReading, null);
      await handle.signal(rollOverSignal);
      await inRun(current(handle), 2);
      for (const meter of [...meters, 'south', 'south']) await current(handle).signal(flows.addReading, { meter });
      const { items, failed, errors, done } = await handle.result();
      assert.equal(failed, 1);
      assert.match(errors[0] ?? '', /^by failed: TypeError/);
      assert.equal(items, 8);
      const count = (meter: string) =>
        done.reduce((sum, line) => (line.startsWith(`${meter} `) ? sum + Number(line.split(' ')[1]) : sum), 0);
      assert.deepEqual(['__proto__', 'constructor', 'north', 'south'].map(count), [3, 2, 1, 2]);
    }));

  it('are called back for items of every name, early or in time', () =>
    server.run(flows.callsBackOddly, [], async (handle) => {
      for (const item of ['film', '__proto__']) {
        await handle.signal(callbackSignal, { item, payload: `${item} is there` });
      }
      await handle.signal(rollOverSignal);
      await inRun(current(handle), 2);
      await current(handle).signal(callbackSignal, { item: 'constructor', payload: 'constructor is there' });
      assert.deepEqual(await handle.result(), ['constructor is there', '__proto__ is there', 'film is there']);
    }));
});
