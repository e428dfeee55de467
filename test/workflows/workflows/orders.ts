import {
  CancellationScope,
  condition,
  continueAsNew,
  defineSignal,
  getExternalWorkflowHandle,
  isCancellation,
  proxyActivities,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import { ApplicationFailure } from '@temporalio/common';
import { inbox, longRunning, random, rollOverSignal, waitFor, workflowNow } from 'longhaul/workflows';
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

/** An item is still in hand when a rollover is due, and takes longer than it waits. */
export const impatientQueue = longRunning('impatientQueue', { ...queue, rollOver: { drainTimeout: '200 ms' } }, (run) =>
  drain(run, 1, async (id) => {
    await ship(id);
    if (run.isFirst && id === 'slow') await sleep('1 minute');
  }),
);

/** A failing item must not stop the others. */
export const forgivingQueue = longRunning('forgivingQueue', { ...queue, onError: 'continue' }, async (run) => ({
  shipped: await drain(run, 1),
  dead: run.deadLetters.map(({ id, error }) => ({ id, error })),
}));

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
export const cleansUp = longRunning('cleansUp', { ...queue, rollOver: { events: 30 } }, async (run) => {
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
});

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

/** Takes its orders one by one and ends with the marked one. */
export const careful = longRunning('careful', { ...queue, rollOver: { events: 60 } }, async (run) => {
  while (!run.state.last) {
    const { id, last = false } = await run.inboxes.orders.next();
    await ship(id);
    run.state.shipped.push(id);
    run.state.last = last;
  }
  return { shipped: run.state.shipped, undeclared: run.undeclared };
});

/** Fails rather than end with items left. */
export const strict = longRunning(
  'strict',
  { ...queue, inboxes: { orders: inbox(addOrder, { onLeftover: 'fail' }) } },
  async (run) => {
    await run.inboxes.orders.next();
  },
);

/** Drops what is left. */
export const careless = longRunning(
  'careless',
  { ...queue, inboxes: { orders: inbox(addOrder, { onLeftover: 'discard' }) } },
  async (run) => {
    await run.inboxes.orders.next();
    return 'ended';
  },
);

/** Calls the SDK's own continue-as-new, which would drop what it holds. */
export const bypass = longRunning('bypass', queue, async () => {
  await continueAsNew();
});

/** A child that goes on over its parent's rollovers, and tells it of its end. */
export const parent = longRunning('parent', { ...queue, rollOver: { events: 20 } }, async (run) => {
  const id = await run.once('child', () => run.startChild(child, { args: [30] }));
  const told = await run.inboxes.orders.next();
  return { id, told: told.id, runs: run.number };
});

export async function child(steps: number): Promise<void> {
  const parentId = workflowInfo().parent?.workflowId ?? '';
  await getExternalWorkflowHandle(parentId).signal(rollOverSignal);
  for (let step = 0; step < steps; step += 1) await ship(`step ${step}`);
  await getExternalWorkflowHandle(parentId).signal(addOrder, { id: 'child ended' });
}

/** Version 2 of a state that began as `{ count }`. */
export const migrated = longRunning(
  'migrated',
  {
    state: {
      version: 2,
      initial: () => ({ total: 0 }),
      migrate: { 1: ({ count }: { count: number }) => ({ total: count * 10 }) },
    },
  },
  async (run) => {
    await run.safePoint();
    return run.state;
  },
);

/** Waits for what does not come. */
export async function impatient(timeout: number): Promise<void> {
  await waitFor(() => false, { timeout, what: 'a signal' });
}

/** The sanctioned clock and source of chance beside the SDK's own. */
export async function clockAndChance(): Promise<{ sameClock: boolean; draws: number[] }> {
  // eslint-disable-next-line longhaul/no-date-now -- it is what the sanctioned clock is compared with
  const sameClock = workflowNow() === Date.now();
  const draws = [random(), random()];
  await sleep(1);
  return { sameClock, draws };
}

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
