import { defineSignal, proxyActivities } from '@temporalio/workflow';
import { inbox, longRunning } from 'longhaul/workflows';
import type * as activities from './activities';

export interface Order {
  id: number;
  last: boolean;
}

export const order = defineSignal<[Order]>('order');

const { pack } = proxyActivities<typeof activities>({ startToCloseTimeout: '30 seconds' });
const { count, ignores } = proxyActivities<typeof activities>({
  startToCloseTimeout: '10 minutes',
  scheduleToCloseTimeout: '1 hour',
  heartbeatTimeout: '1 minute',
});

/** Packs orders, a few at once. */
export const shop = longRunning(
  'shop',
  {
    state: {
      version: 1,
      initial: (_file: string): { packed: number[]; last: boolean } => ({ packed: [], last: false }),
    },
    inboxes: { orders: inbox(order, { dedupe: { by: ({ id }) => id } }) },
    rollOver: { events: 60 },
  },
  async ({ args: [file], state, inboxes }) => {
    await inboxes.orders.forEach(
      async ({ id, last }) => {
        await pack(file, id);
        state.packed.push(id);
        state.last ||= last;
      },
      { concurrency: 4, until: () => state.last },
    );
    return state.packed;
  },
);

export async function counts(file: string, to: number): Promise<readonly number[]> {
  return await count(file, to);
}

export async function stuck(file: string): Promise<void> {
  await ignores(file);
}
