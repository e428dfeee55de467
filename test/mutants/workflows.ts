import {
  CancellationScope,
  condition,
  defineSignal,
  executeChild,
  isCancellation,
  proxyActivities,
  setHandler,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import type { ActivityOptions } from '@temporalio/workflow';
import { ApplicationFailure, defineSearchAttributeKey } from '@temporalio/common';
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
export const fewBytes = longRunning('fewBytes', { ...options, rollOver: { bytes: 10_000 } }, (run) => {
  if (run.number > 6) throw ApplicationFailure.nonRetryable('it gets nowhere');
  return all(run);
});

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

/** Counts how often it has begun with an item, each of which takes longer than a rollover that does not wait. */
export const countsBeginnings = longRunning('countsBeginnings', options, (run) =>
  all(run, async () => {
    run.state.times += 1;
    await sleep(300);
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

/** Waits for `work`. */
export async function waits(): Promise<string> {
  let told = false;
  setHandler(work, () => void (told = true));
  await condition(() => told);
  return 'done';
}

/** Starts a child in its first run. */
export const starts = longRunning('starts', options, async (run) => {
  await run.once('child', () => run.startChild(waits, { args: [], workflowId: `${workflowInfo().workflowId}/child` }));
  return await all(run);
});

/** Goes through pages, and fails at an item that it has seen. */
export const paged = longRunning('paged', { ...options, rollOver: { events: 10 } }, async (run) => {
  const page = (cursor = 0) => Promise.resolve({ items: [`${cursor}`], next: cursor < 5 ? cursor + 1 : undefined });
  await run.forEach<string, number>('pages', { page }, async (item) => {
    if (run.state.items.includes(item)) throw ApplicationFailure.nonRetryable(`${item} comes again`);
    run.state.items.push(item);
    await sleep(1);
  });
  return { items: run.state.items, run: run.number };
});

/** How long after its beginning the chain is to be done, as its second run has it. */
export const hasDeadline = longRunning('hasDeadline', { ...options, deadline: '1 hour' }, async (run) => {
  await run.safePoint();
  return { length: (run.deadline.at ?? 0) - run.startedAt, run: run.number };
});

/** Waits for a deadline that is moved meanwhile. */
export const movesDeadline = longRunning('movesDeadline', options, async (run) => {
  run.deadline.set('1 hour');
  const passed = run.deadline.wait().then(() => 'passed');
  const missed = sleep(2_000).then(() => 'missed');
  await sleep(1);
  run.deadline.set(50);
  return await Promise.race([passed, missed]);
});

/** Reads its inbox in two places at once. */
export const readsTwice = longRunning('readsTwice', options, async (run) => {
  const { items } = run.inboxes;
  void items.next();
  const second = items.next().then(
    () => 'read',
    () => 'refused',
  );
  return await Promise.race([second, sleep(300).then(() => 'waits')]);
});

const { quick } = proxyActivities<{ quick(): Promise<string> }>({ startToCloseTimeout: '1 minute' });

/** Takes a step in its first run, while its inbox wants to roll over. */
export const takesStep = longRunning('takesStep', options, async (run) => {
  const step = async () => {
    await run.step(quick, []);
    run.state.times += 1;
  };
  await Promise.all([run.isFirst ? step() : undefined, all(run)]);
  return { times: run.state.times, run: run.number };
});

/** Shows its progress where no server has an attribute for it. */
export const showsToNobody = longRunning(
  'showsToNobody',
  { ...options, progress: { registered: () => Promise.resolve([]) } },
  async (run) => {
    await run.progress({ key: defineSearchAttributeKey('NobodyHasThis', 'KEYWORD'), value: 'shown' });
    return 'done';
  },
);

/** Counts its runs in what it keeps. */
export const keeps = longRunning('keeps', options, async (run) => {
  const kept = run.keep('kept', () => ({ runs: 0 }));
  kept.runs += 1;
  await run.safePoint();
  return kept.runs;
});
