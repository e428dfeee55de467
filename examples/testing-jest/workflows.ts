import { defineSignal, proxyActivities } from '@temporalio/workflow';
import { inbox, longRunning } from 'longhaul/workflows';
import type * as activities from './activities';

export interface Order {
  id: string;
  /** Ends the queue once it is handled. */
  last?: boolean;
}

export const addOrder = defineSignal<[Order]>('addOrder');

const { charge } = proxyActivities<typeof activities>({
  startToCloseTimeout: '2 seconds',
  retry: { initialInterval: 50 },
});

/** Charges orders in the order in which they come, each id once. */
export const orderQueue = longRunning(
  'orderQueue',
  {
    state: { version: 1, initial: () => ({ charged: [] as string[], last: false }) },
    inboxes: { orders: inbox(addOrder, { dedupe: { by: (order: Order) => order.id } }) },
  },
  async (run) => {
    await run.inboxes.orders.forEach(
      async ({ id, last = false }) => {
        await charge(id);
        run.state.charged.push(id);
        run.state.last ||= last;
      },
      { until: () => run.state.last },
    );
    return run.state.charged;
  },
);
