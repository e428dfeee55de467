import assert from 'node:assert/strict';

import { historyBudget, useServer } from '../../testing';
import { orderQueue } from '../workflows/workflows/orders';
import { sendOrders } from '../workflows/support';
import * as activities from '../workflows/activities';

describe('historyBudget', () => {
  const server = useServer(require.resolve('../workflows/workflows/orders'), { activities });
  const growth = (perItem: Parameters<typeof historyBudget>[1]['perItem']) =>
    historyBudget(orderQueue, {
      server,
      args: [],
      perItem,
      items: [5, 25],
      async drive(handle, items) {
        await sendOrders(handle, items);
        await handle.result();
      },
    });

  it('tells what each item adds, over rollovers, and passes within the budget', async () => {
    const { events, bytes, byKind } = await growth({ events: 14, bytes: 3_000, byKind: { MarkerRecorded: 0 } });
    assert.equal(byKind.ActivityTaskScheduled, 1);
    assert.equal(byKind.ActivityTaskCompleted, 1);
    // A tenth is sent twice.
    assert.equal(byKind.WorkflowExecutionSignaled, 1.1);
    assert.ok(events >= 4.1 && bytes >= 200, `${events}, ${bytes}`);
  });

  it('names the kinds of events that are over budget', async () => {
    await assert.rejects(growth({ events: 100, byKind: { ActivityTaskScheduled: 0.5, MarkerRecorded: 0 } }), {
      name: 'HistoryBudgetError',
      message:
        /^Each item adds more to the history of orderQueue than it may: 1 ActivityTaskScheduled over a budget of 0\.5\.\nMeasured from 5 to 25 items, per item:\n[^]*  1\.1 {2}WorkflowExecutionSignaled\n/,
    });
    await assert.rejects(
      growth({ events: 3, bytes: 10 }),
      /events over a budget of 3; [\d.]+ bytes over a budget of 10/,
    );
  });

  it('refuses sizes that tell nothing', async () => {
    const sizes = historyBudget(orderQueue, {
      server,
      args: [],
      perItem: {},
      items: [5, 5],
      drive: () => Promise.resolve(),
    });
    await assert.rejects(sizes, /compares few items with many; \[5, 5\] is not that/);
  });
});
