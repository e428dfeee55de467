import { ApplicationFailure } from '@temporalio/common';
import {
  CancellationScope,
  condition,
  defineSignal,
  defineUpdate,
  isCancellation,
  proxyActivities,
  setHandler,
  sleep,
} from '@temporalio/workflow';
import { inbox, longRunning } from 'longhaul/workflows';
import type { DeadLetter, Run } from 'longhaul/workflows';
import type * as activities from '../activities';

export interface Job {
  id: string;
  /** Ends the queue once it has been handled. */
  last?: boolean;
  /** How often its handler fails before it succeeds. */
  fails?: number;
  /** Its failures say that another attempt is of no use. */
  hopeless?: boolean;
  /** What it is in order with. */
  key?: string;
}

export const doJob = defineUpdate<string, [Job]>('doJob');
// eslint-disable-next-line @typescript-eslint/no-invalid-void-type -- it answers with nothing
export const acceptJob = defineUpdate<void, [Job]>('acceptJob');
export const addJob = defineSignal<[Job]>('addJob');
export const go = defineSignal<[number]>('go');

const { ship } = proxyActivities<typeof activities>({ startToCloseTimeout: '20 seconds' });

interface Done {
  done: string[];
  tries: Record<string, number>;
  last: boolean;
}

const state = { version: 1, initial: (): Done => ({ done: [], tries: {}, last: false }) };
const dedupe = { by: ({ id }: Job) => id };

/** Does a job, and fails as often as it is to. */
function attempt(of: { state: Done }, { id, fails = 0, hopeless = false, last = false }: Job): string {
  const tries = (of.state.tries[id] = (of.state.tries[id] ?? 0) + 1);
  if (tries <= fails) {
    const message = `${id} failed ${tries} times`;
    throw hopeless
      ? ApplicationFailure.nonRetryable(message, 'Hopeless')
      : ApplicationFailure.retryable(message, 'Bad');
  }
  of.state.done.push(id);
  of.state.last ||= last;
  return `${id} is done`;
}

/** Reads its inbox only in its second run; in the first it goes no further than a safe point. */
export const readsLater = longRunning(
  'readsLater',
  { state, inboxes: { jobs: inbox(doJob, { reply: 'done', dedupe }) } },
  async (run) => {
    const { jobs: queue } = run.inboxes;
    if (run.number === 1) await condition(() => queue.depth > 0 && run.rollOverDue);
    await run.safePoint();
    await queue.forEach((job) => Promise.resolve(attempt(run, job)), { until: () => run.state.last });
    return run.number;
  },
);

/** Answers each job with what its handler returned. */
export const jobs = longRunning(
  'jobs',
  { state, inboxes: { jobs: inbox(doJob, { reply: 'done', dedupe }) }, rollOver: { events: 60 } },
  async (run) => {
    await run.inboxes.jobs.forEach(
      async (job) => {
        await ship(job.id);
        return attempt(run, job);
      },
      { concurrency: 2, deadLetter: true, until: () => run.state.last },
    );
    return { ...run.state, runs: run.number };
  },
);

/** Its job is in hand when a rollover is due, and takes longer than that waits. */
export const slowJobs = longRunning(
  'slowJobs',
  { state, inboxes: { jobs: inbox(doJob, { reply: 'done', dedupe }) }, rollOver: { drainTimeout: '300 ms' } },
  async (run) => {
    await run.inboxes.jobs.forEach(
      async (job) => {
        if (run.isFirst) await sleep('1 minute');
        return attempt(run, job);
      },
      { until: () => run.state.last },
    );
    return run.state.tries;
  },
);

/** Ends with a job in its inbox. */
export const leavesJobs = longRunning(
  'leavesJobs',
  { state, inboxes: { jobs: inbox(doJob, { reply: 'done', dedupe, onLeftover: 'discard' }), orders: inbox(addJob) } },
  async (run) => {
    await run.inboxes.orders.next();
  },
);

/** Returns after each job, whatever is left. */
export const hastyJobs = longRunning(
  'hastyJobs',
  { state, inboxes: { jobs: inbox(acceptJob, { reply: 'accepted', dedupe }) } },
  async (run) => {
    attempt(run, await run.inboxes.jobs.next());
    return run.state.done;
  },
);

/** Each way to read, in turn. */
export const readers = longRunning(
  'readers',
  {
    state,
    inboxes: { jobs: inbox(acceptJob, { reply: 'accepted', dedupe, capacity: { items: 3 } }), signals: inbox(go) },
  },
  async (run) => {
    const { jobs: queue, signals } = run.inboxes;
    const none = queue.peek();
    const empty = await queue.drain();
    await signals.next();
    const peeked = queue.peek()?.id;
    const drained = (await queue.drain()).map(({ id }) => id);
    const iterated: string[] = [];
    for await (const { id, last = false } of queue) {
      iterated.push(id);
      if (last) break;
    }
    return { none: none ?? null, empty, peeked, drained, iterated };
  },
);

type RetriedRun = Run<[], Done, typeof retriedInboxes>;
const retriedInboxes = { jobs: inbox(addJob, { dedupe, capacity: { items: 5 } }) };

async function retry(
  run: RetriedRun,
  initialInterval: number,
): Promise<{ done: string[]; dead: readonly DeadLetter[] }> {
  await run.inboxes.jobs.forEach(
    async (job) => {
      await ship(job.id);
      attempt(run, job);
    },
    {
      concurrency: 3,
      retry: { attempts: 3, initialInterval, jitter: 0.5 },
      deadLetter: true,
      orderBy: ({ key, id }) => key ?? id,
      until: () => run.state.last,
    },
  );
  return { done: run.state.done, dead: run.deadLetters };
}

/** Tries again what fails, three times, and keeps order within keys. */
export const retried = longRunning('retried', { state, inboxes: retriedInboxes, rollOver: { events: 60 } }, (run) =>
  retry(run, 5),
);

/** The same, with waits that a rollover comes into. */
export const patient = longRunning('patient', { state, inboxes: retriedInboxes }, (run) => retry(run, 3_000));

/** Forgets ids after a while. */
export const forgetful = longRunning(
  'forgetful',
  { state, inboxes: { jobs: inbox(addJob, { dedupe: { ...dedupe, keepFor: '700 ms' } }) } },
  async (run) => {
    await run.inboxes.jobs.forEach(
      (job) => {
        attempt(run, job);
        return Promise.resolve();
      },
      { until: () => run.state.last },
    );
    return run.state.done;
  },
);

/** Goes through pages, and through a list, over rollovers. */
export const feeds = longRunning(
  'feeds',
  {
    state: { version: 1, initial: (_count: number) => ({ paged: [] as number[], listed: [] as number[], fetches: 0 }) },
    rollOver: { events: 50 },
  },
  async (run) => {
    const [count] = run.args;
    const handled = new Set<number>();
    await run.forEach(
      'pages',
      {
        page: async (cursor?: number) => {
          const from = cursor ?? 0;
          await ship(`page ${from}`);
          run.state.fetches += 1;
          const items = Array.from({ length: Math.min(10, count - from) }, (_, index) => from + index);
          return { items, next: from + 10 < count ? from + 10 : undefined };
        },
      },
      async (item) => {
        await ship(String(item));
        // Poison: it goes to the dead letters, and the others go on.
        if (item === 7) throw ApplicationFailure.nonRetryable('7 is poison');
        run.state.paged.push(item);
      },
      { concurrency: 4, deadLetter: true },
    );
    await run.forEach(
      'list',
      Array.from({ length: count }, (_, index) => index),
      async (item) => {
        handled.add(item);
        await ship(String(item));
        run.state.listed.push(item);
      },
    );
    return { ...run.state, runs: run.number, dead: run.deadLetters.map(({ item }) => item), again: handled.size };
  },
);

/** Looks at its inbox only when it is told to. */
export const unread = longRunning(
  'unread',
  {
    state: { version: 1, initial: (_showBacklog: boolean) => ({}) },
    inboxes: { jobs: inbox(addJob), told: inbox(go) },
    backlog: { tasks: 3, searchAttribute: true },
  },
  async (run) => {
    await run.inboxes.told.next();
    await run.inboxes.jobs.next();
    await run.inboxes.told.next();
    await run.inboxes.jobs.drain();
  },
);

/** A branch of the body cancels all of it in the very moment in which a rollover is decided. */
export const cancelsItself = longRunning(
  'cancelsItself',
  { state, inboxes: { jobs: inbox(doJob, { reply: 'done', dedupe }) } },
  async (run) => {
    const { jobs: queue } = run.inboxes;
    const root = CancellationScope.current();
    let parked = false;
    const branch = (async () => {
      await condition(() => parked);
      root.cancel();
    })();
    // In a run that begins as cancelled it fails before anyone awaits it.
    branch.catch(() => undefined);
    try {
      // The rollover is asked for meanwhile.
      await condition(() => run.rollOverDue && queue.depth > 0);
      const park = run.safePoint();
      parked = true;
      await Promise.all([branch, park]);
    } catch (error) {
      if (!isCancellation(error)) throw error;
      await CancellationScope.nonCancellable(() =>
        queue.forEach((job) => Promise.resolve(attempt(run, job)), { until: () => run.state.last }),
      );
      return `heard in run ${run.number}`;
    }
    return 'not heard';
  },
);

/** Rolls over by the updates that it received. */
export const countsUpdates = longRunning(
  'countsUpdates',
  { state, inboxes: { jobs: inbox(acceptJob, { reply: 'accepted', dedupe }) }, rollOver: { updates: 3 } },
  async (run) => {
    for await (const job of run.inboxes.jobs) {
      attempt(run, job);
      if (job.last) break;
    }
  },
);

/** Rolls over by the signals that it received. */
export const countsSignals = longRunning(
  'countsSignals',
  { state, inboxes: { jobs: inbox(addJob) }, rollOver: { signals: 10 } },
  async (run) => {
    await run.inboxes.jobs.forEach(
      (job) => {
        attempt(run, job);
        return Promise.resolve();
      },
      { until: () => run.state.last },
    );
    return run.state.done;
  },
);

/** Looks into its inbox at its first line, and acts on what is there. */
export const looksFirst = longRunning(
  'looksFirst',
  { state, inboxes: { jobs: inbox(acceptJob, { reply: 'accepted', dedupe }), signals: inbox(go) } },
  async (run) => {
    const { jobs: queue, signals } = run.inboxes;
    const found: number[] = [];
    for (let looks = 0; looks < 2; looks += 1) {
      const drained = await queue.drain();
      found.push(drained.length);
      for (const { id } of drained) await ship(id);
      if (looks === 0) await signals.next();
    }
    return found;
  },
);

/** Has a history that is about to be as long as a run may have. */
export const wakes = longRunning(
  'wakes',
  { state, inboxes: { jobs: inbox(acceptJob, { reply: 'accepted', dedupe }) }, rollOver: { events: 10 } },
  async (run) => {
    await run.inboxes.jobs.forEach(
      (job) => {
        attempt(run, job);
        return Promise.resolve();
      },
      { until: () => run.state.last },
    );
    return run.number;
  },
);

/** What is in hand as it is cancelled comes to its end; the rest is left. */
export const calledOff = longRunning(
  'calledOff',
  { state, inboxes: { jobs: inbox(addJob, { dedupe }) } },
  async (run) => {
    try {
      await run.inboxes.jobs.forEach(
        async (job) => {
          await CancellationScope.nonCancellable(() => sleep(job.last ? 10 : 100));
          attempt(run, job);
        },
        { concurrency: 2 },
      );
    } catch (error) {
      if (!isCancellation(error)) throw error;
    }
    const left = await CancellationScope.nonCancellable(() => run.inboxes.jobs.drain());
    return { done: run.state.done, left: left.map(({ id }) => id) };
  },
);

/** Jobs that need nothing of the server, behind one that waits. */
export const allAtOnce = longRunning(
  'allAtOnce',
  { state, inboxes: { jobs: inbox(addJob, { dedupe }) } },
  async (run) => {
    let looks = 0;
    let gone = false;
    setHandler(go, () => void (gone = true));
    const counted = condition(() => {
      // longhaul-ignore condition-predicate-pure: counts the looks, which is what is tested
      looks += run.state.done.length > 0 ? 1 : 0;
      return run.state.last;
    });
    await run.inboxes.jobs.forEach(
      async (job) => {
        if (job.id === 'first') await condition(() => gone);
        attempt(run, job);
      },
      { until: () => run.state.last },
    );
    await counted;
    return { done: run.state.done.length, looks };
  },
);
