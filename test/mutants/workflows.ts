import {
  CancellationScope,
  defineSignal,
  executeChild,
  isCancellation,
  proxyActivities,
  setHandler,
  sleep,
} from '@temporalio/workflow';
import type { ActivityOptions } from '@temporalio/workflow';
import { ApplicationFailure } from '@temporalio/common';
import { inbox, longRunning } from 'longhaul/workflows';
import type { Run } from 'longhaul/workflows';

export interface Item {
  id: string;
  /** Ends the workflow once it has been handled. */
  last?: boolean;
  padding?: string;
}

export const add = defineSignal<[Item]>('add');
export const work = defineSignal('work');

interface Collected {
  items: string[];
  /** How often the body did what it does beside its inbox. */
  times: number;
  last: boolean;
}

const options = {
  state: { version: 1, initial: (): Collected => ({ items: [], times: 0, last: false }) },
  inboxes: { items: inbox(add, { dedupe: { by: ({ id }: Item) => id } }) },
};

type Collecting = Run<[], Collected, typeof options.inboxes>;

async function all({ state, inboxes, number }: Collecting, handle: (item: Item) => Promise<void> = async () => {}) {
  await inboxes.items.forEach(
    async (item) => {
      await handle(item);
      state.items.push(item.id);
      state.last ||= item.last ?? false;
    },
    { until: () => state.last },
  );
  return { ...state, run: number };
}

export const collect = longRunning('collect', options, (run) => all(run));
export const fewSignals = longRunning('fewSignals', { ...options, rollOver: { signals: 3 } }, (run) => all(run));
export const fewBytes = longRunning('fewBytes', { ...options, rollOver: { bytes: 10_000 } }, (run) => all(run));

/** Does something once, while its inbox wants to roll over. */
export const doesOnce = longRunning('doesOnce', options, async (run) => {
  const once = run.once('once', async () => {
    run.state.times += 1;
    await sleep(300);
  });
  await Promise.all([once, all(run)]);
  return { times: run.state.times, run: run.number };
});

/** Its items take longer than a rollover waits for them. */
export const impatient = longRunning('impatient', { ...options, rollOver: { drainTimeout: '100 ms' } }, (run) =>
  all(run, async () => {
    await sleep(600);
  }),
);

/** Has a handler of its own, which takes its time. */
export const ownHandler = longRunning('ownHandler', options, (run) => {
  setHandler(work, async () => {
    await sleep(300);
    run.state.times += 1;
  });
  return all(run);
});

/** What its inbox holds at the first line. */
export const firstLook = longRunning(
  'firstLook',
  { ...options, inboxes: { items: inbox(add, { onLeftover: 'discard' }) } },
  (run) => Promise.resolve(run.inboxes.items.depth),
);

/** Takes one item and returns. */
export const takesOne = longRunning('takesOne', options, async (run) => {
  run.state.items.push((await run.inboxes.items.next()).id);
  return run.state.items;
});

/** Takes one item and fails with it. */
export const failsWithOne = longRunning('failsWithOne', options, async (run) => {
  const { id } = await run.inboxes.items.next();
  throw ApplicationFailure.nonRetryable(`${id} is poison`);
});

/** Cleans up when it is cancelled, which takes a while. */
export const cleansUp = longRunning('cleansUp', options, async (run) => {
  try {
    await all(run, () => CancellationScope.nonCancellable(() => sleep(500)));
  } catch (error) {
    if (!isCancellation(error)) throw error;
    await CancellationScope.nonCancellable(async () => {
      run.state.times += 1;
      await sleep(300);
    });
  }
  return { times: run.state.times, run: run.number };
});

/** Calls an activity with the options given. */
export async function call(name: string, activityOptions: ActivityOptions): Promise<unknown> {
  return await proxyActivities<Record<string, () => Promise<unknown>>>(activityOptions)[name]?.();
}

export const child = (): Promise<void> => Promise.resolve();

export async function parent(): Promise<string> {
  await executeChild(child);
  return 'done';
}
