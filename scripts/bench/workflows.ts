import { proxyActivities, proxyLocalActivities } from '@temporalio/workflow';
import { inbox, longRunning } from 'longhaul/workflows';
import type { Inbox } from 'longhaul/workflows';
import type * as activities from './activities';
import { add, addBatch, events, keep } from './messages';
import type { Batch, Item } from './messages';

const { work } = proxyActivities<typeof activities>({
  startToCloseTimeout: '10 minutes',
  heartbeatTimeout: '1 minute',
});

const { count } = proxyLocalActivities<typeof activities>({ startToCloseTimeout: '10 minutes' });

const queue = {
  state: { version: 1, initial: () => ({ done: 0, last: false }) },
  inboxes: { items: inbox(add, { dedupe: { by: ({ id }: Item) => id, keep } }) },
};

interface Queue {
  state: { done: number; last: boolean };
  inboxes: { items: Inbox<Item> };
}

async function drain({ state, inboxes }: Queue, handle: (item: Item) => Promise<void>): Promise<number> {
  await inboxes.items.forEach(
    async (item) => {
      await handle(item);
      state.done += 1;
      state.last ||= item.last ?? false;
    },
    { until: () => state.last },
  );
  return state.done;
}

/** An activity an item. */
export const longhaulWork = longRunning('longhaulWork', { ...queue, rollOver: { events } }, (run) =>
  drain(run, ({ id }) => work(id)),
);

/** The same under the default limits. */
export const longhaulSteady = longRunning('longhaulSteady', queue, (run) => drain(run, ({ id }) => work(id)));

/** Signals alone, under the default limits. */
export const longhaulCount = longRunning('longhaulCount', queue, (run) => drain(run, () => Promise.resolve()));

/** A queue that goes on for ever, a local activity an item, under the default limits. */
export const longhaulBatches = longRunning(
  'longhaulBatches',
  {
    state: { version: 1, initial: () => ({ done: 0 }) },
    inboxes: { batches: inbox(addBatch, { dedupe: { by: ({ id }: Batch) => id, keep } }) },
  },
  async ({ state, inboxes }) => {
    await inboxes.batches.forEach(async ({ items }) => {
      await Promise.all(items.map((id) => count(id)));
      state.done += items.length;
    });
  },
);
