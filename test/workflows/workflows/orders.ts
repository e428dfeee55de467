import { CancellationScope, condition, defineSignal, isCancellation, proxyActivities, sleep } from '@temporalio/workflow';
import { ApplicationFailure } from '@temporalio/common';
import { inbox, longRunning } from 'longhaul/workflows';
import type { Inbox } from 'longhaul/workflows';
import type * as activities from '../activities';

export interface Order {
  id: string;
  /** Ends the queue once it has been handled. */
  last?: boolean;
  /** Makes its handler fail. */
  poison?: boolean;
}

export const addOrder = defineSignal<[Order]>('addOrder');
export const addNote = defineSignal<[string]>('addNote');

const { ship, slowShip } = proxyActivities<typeof activities>({ startToCloseTimeout: '20 seconds' });

interface Shipped {
  shipped: string[];
  last: boolean;
}

const queue = {
  state: { version: 1, initial: (): Shipped => ({ shipped: [], last: false }) },
  inboxes: { orders: inbox(addOrder, { dedupe: { by: ({ id }: Order) => id } }) },
};

async function drain(
  { state, inboxes }: { state: Shipped; inboxes: { orders: Inbox<Order> } },
  concurrency: number,
  shipOne: (id: string) => Promise<void> = ship,
): Promise<string[]> {
  await inboxes.orders.forEach(
    async ({ id, last = false, poison = false }) => {
      await shipOne(id);
      if (poison) throw ApplicationFailure.nonRetryable(`order ${id} is poison`);
      state.shipped.push(id);
      state.last ||= last;
    },
    { concurrency, until: () => state.last },
  );
  return state.shipped;
}

/** One at a time, in order. */
export const orderQueue = longRunning('orderQueue', { ...queue, rollOver: { events: 60 } }, (run) => drain(run, 1));

/** Four at a time. */
export const wideQueue = longRunning('wideQueue', { ...queue, rollOver: { events: 60 } }, (run) => drain(run, 4));

/** Its items are still in hand when a rollover is due, and take longer than it waits. */
export const impatientQueue = longRunning(
  'impatientQueue',
  { ...queue, rollOver: { drainTimeout: '1 second' } },
  (run) => drain(run, 1, slowShip),
);

/** A failing item must not stop the others. */
export const forgivingQueue = longRunning(
  'forgivingQueue',
  { ...queue, onError: 'continue' },
  async (run) => ({ shipped: await drain(run, 1), dead: run.deadLetters.map(({ id, error }) => ({ id, error })) }),
);

/** Two lanes on two inboxes, one of them slow: a safe point of one must not drop what the other holds. */
export const twoLanes = longRunning(
  'twoLanes',
  {
    state: { version: 1, initial: () => ({ shipped: [] as string[], notes: [] as string[], last: false }) },
    inboxes: {
      orders: inbox(addOrder, { dedupe: { by: ({ id }: Order) => id } }),
      notes: inbox(addNote),
    },
    rollOver: { events: 40 },
  },
  async (run) => {
    const done = () => run.state.last;
    const orders = drain(run, 1, slowShip);
    const notes = run.inboxes.notes.forEach(
      async (note) => {
        await ship(note);
        run.state.notes.push(note);
      },
      { until: done },
    );
    await Promise.all([orders, notes]);
    return { shipped: run.state.shipped, notes: run.state.notes };
  },
);

/** Cleans up after a cancellation, and drains its inbox in the clean-up, over a rollover where one is due. */
export const cleansUp = longRunning(
  'cleansUp',
  { ...queue, rollOver: { events: 30 } },
  async (run) => {
    try {
      return await drain(run, 1);
    } catch (error) {
      if (!isCancellation(error)) throw error;
      await CancellationScope.nonCancellable(async () => {
        await run.once('cleaned up', () => ship('clean-up'));
        await drain(run, 1);
      });
      throw error;
    }
  },
);

/** Returns at each chance, whatever is left. */
export const hasty = longRunning('hasty', queue, async (run) => {
  const { id } = await run.inboxes.orders.next();
  await ship(id);
  run.state.shipped.push(id);
  return run.state.shipped;
});

/** Never looks at its inbox. */
export const neverReads = longRunning('neverReads', queue, async () => {
  await condition(() => false, 100);
});

/** Two readers of one inbox. */
export const twoReaders = longRunning('twoReaders', queue, async (run) => {
  await Promise.all([run.inboxes.orders.next(), run.inboxes.orders.next()]);
});

/** Counts to `input` at safe points, with a timer each. */
export const counter = longRunning(
  'counter',
  { state: { version: 1, initial: (_to: number) => ({ at: 0, runs: 0 }) }, rollOver: { events: 20 } },
  async (run) => {
    run.state.runs += 1;
    while (run.state.at < run.args[0]) {
      await run.safePoint();
      await sleep(1);
      run.state.at += 1;
    }
    return run.state;
  },
);
