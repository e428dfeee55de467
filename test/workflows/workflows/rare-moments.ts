import { ApplicationFailure } from '@temporalio/common';
import { condition, defineSignal, defineUpdate, isCancellation, setHandler, sleep } from '@temporalio/workflow';
import { firstOf, inbox, longRunning, shielded } from 'longhaul/workflows';

export interface Job {
  id: string;
  /** Ends the queue once it has been handled. */
  last?: boolean;
  /** How often its handler fails before it succeeds. */
  fails?: number;
  /** How long its handler takes. */
  ms?: number;
  key?: string;
}

export const doJob = defineUpdate<string, [Job]>('doJob');
export const addJob = defineSignal<[unknown]>('addJob');
export const hang = defineSignal('hang');

const state = {
  version: 1,
  initial: (): { done: string[]; tries: Record<string, number>; last: boolean } => ({
    done: [],
    tries: {},
    last: false,
  }),
};
const by = ({ id }: Job) => id;

/** Tries a failed job again after two seconds, over rollovers. */
export const triesLater = longRunning(
  'triesLater',
  {
    state,
    inboxes: { jobs: inbox(doJob, { reply: 'done', dedupe: { by } }) },
    rollOver: { drainTimeout: '300 ms' },
  },
  async (run) => {
    await run.inboxes.jobs.forEach(
      async ({ id, fails = 0, last = false }) => {
        await sleep(1);
        const tries = (run.state.tries[id] = (run.state.tries[id] ?? 0) + 1);
        if (tries <= fails) throw ApplicationFailure.retryable(`${id} failed ${tries} times`);
        run.state.last ||= last;
        return `${id} is done in run ${run.number}`;
      },
      { retry: { attempts: 3, initialInterval: '2 seconds' }, until: () => run.state.last },
    );
    return run.state.tries;
  },
);

/** Keeps the ids of two jobs, and takes a while for each. */
export const keepsTwo = longRunning(
  'keepsTwo',
  { state, inboxes: { jobs: inbox(doJob, { reply: 'done', dedupe: { by, keep: 2 } }) } },
  async (run) => {
    await run.inboxes.jobs.forEach(
      async ({ id, last = false }) => {
        await sleep(200);
        run.state.last ||= last;
        return id;
      },
      { concurrency: 10, until: () => run.state.last },
    );
  },
);

/** Three lanes need the same thing at once; the one that is first to ask for it may be cut off. */
export const asksAtOnce = longRunning('asksAtOnce', { state }, async (run) => {
  let logins = 0;
  const login = async () => {
    logins += 1;
    await sleep(50);
    return `token ${logins}`;
  };
  const tokens = await Promise.all([1, 2, 3].map(() => run.once('login', login)));

  let tries = 0;
  const failing = async () => {
    tries += 1;
    await sleep(20);
    throw ApplicationFailure.nonRetryable(`failed ${tries} times`);
  };
  const failures = await Promise.allSettled([1, 2].map(() => run.once('failing', failing)));
  const messages = failures.map((one) => (one.status === 'rejected' ? (one.reason as Error).message : ''));

  const [{ name }, other] = await Promise.all([
    firstOf({ slow: () => run.once('slow', () => sleep(500)), soon: () => sleep(30) }),
    sleep(10).then(() => run.once('slow', () => Promise.resolve('by the other'))),
  ]);
  return { tokens, logins, messages, name, other };
});

/** Is at a safe point while a handler of its own hangs; what it does when it is cancelled takes a while. */
export const undoes = longRunning(
  'undoes',
  { state, rollOver: { drainTimeout: '600 ms' } },
  async (run): Promise<string[]> => {
    setHandler(hang, () => shielded(() => condition(() => false)));
    try {
      await condition(() => run.rollOverDue);
      await run.safePoint();
      return ['went on'];
    } catch (error) {
      if (!isCancellation(error)) throw error;
      return await shielded(async () => {
        run.state.done.push(`began in run ${run.number}`);
        await sleep(1_200);
        run.state.done.push(`ended in run ${run.number}`);
        return run.state.done;
      });
    }
  },
);

/** Takes whatever comes, with ids of any kind. */
export const anyIds = longRunning(
  'anyIds',
  { state, inboxes: { jobs: inbox(addJob, { dedupe: { by: (job) => (job as Job).id } }) } },
  async (run) => {
    await run.inboxes.jobs.forEach(
      (job) => {
        const { id } = job as Job;
        run.state.done.push(JSON.stringify(id));
        run.state.last = id === 'end';
        return Promise.resolve();
      },
      { until: () => run.state.last },
    );
    return { done: run.state.done, letters: run.deadLetters.map(({ item }) => JSON.stringify((item as Job).id)) };
  },
);

/** Its jobs are in order by key. */
export const inOrder = longRunning(
  'inOrder',
  {
    state,
    inboxes: { jobs: inbox(doJob, { reply: 'done', dedupe: { by } }) },
    rollOver: { drainTimeout: '200 ms' },
  },
  async (run) => {
    await run.inboxes.jobs.forEach(
      async ({ id, ms = 1, last = false }) => {
        await sleep(ms);
        run.state.done.push(id);
        run.state.last ||= last;
        return id;
      },
      { orderBy: ({ key = '' }) => key, until: () => run.state.last },
    );
    return run.state.done;
  },
);

/** Started by a cron schedule, it rolls over in its first run. */
export const byCron = longRunning(
  'byCron',
  { state, inboxes: { jobs: inbox(addJob) } },
  async (run): Promise<{ run: number; done: string[] }> => {
    await sleep(1);
    if (run.isFirst) {
      await condition(() => run.rollOverDue);
      await run.safePoint();
    }
    for (const job of await run.inboxes.jobs.drain()) run.state.done.push((job as Job).id);
    return { run: run.number, done: run.state.done };
  },
);

/** Names of loops are data here. */
export const oddNames = longRunning('oddNames', { state, rollOver: { events: 10 } }, async (run) => {
  for (const name of ['constructor', '__proto__', 'toString']) {
    await run.forEach(name, [1, 2, 3, 4, 5, 6], async (number) => {
      await sleep(1);
      run.state.done.push(`${name} ${number}`);
    });
  }
  return { done: run.state.done.length, runs: run.number };
});

/** Two jobs at once fail; the body goes on with what is left. */
export const failsTwice = longRunning(
  'failsTwice',
  { state, inboxes: { jobs: inbox(addJob) } },
  async (run): Promise<{ heard: string; done: string[]; letters: string[] }> => {
    const { jobs } = run.inboxes;
    await condition(() => jobs.depth === 3);
    let heard = '';
    try {
      await jobs.forEach(
        async (job) => {
          const { id, fails = 0, ms = 1 } = job as Job;
          await sleep(ms);
          if (fails > 0) throw ApplicationFailure.nonRetryable(`${id} failed`);
          run.state.done.push(id);
        },
        { concurrency: 3, until: () => true },
      );
    } catch (error) {
      heard = (error as Error).message;
    }
    await jobs.drain();
    return { heard, done: run.state.done, letters: run.deadLetters.map(({ error }) => error) };
  },
);

/** Its source says as an API does that there is no more. */
export const lastPage = longRunning('lastPage', { state }, async (run) => {
  const page = async (cursor: string | undefined) => {
    await sleep(1);
    return cursor === 'two' ? { items: ['c'], next: null as never } : { items: ['a', 'b'], next: 'two' };
  };
  await run.forEach('names', { page }, async (name) => {
    if (run.state.done.length > 9) throw ApplicationFailure.nonRetryable('it never ends');
    run.state.done.push(name);
    await sleep(1);
  });
  return run.state.done;
});

export const addNote = defineSignal<[string]>('addNote');
export const linger = defineSignal<[number]>('linger');

/** Its body fails in one lane, while another has an item in hand, and goes on to take items until the handlers have finished. */
export const failsBeside = longRunning(
  'failsBeside',
  { state, inboxes: { jobs: inbox(addJob), notes: inbox(addNote) }, onError: 'continue' },
  async (run) => {
    setHandler(linger, (ms) => sleep(ms));
    await Promise.all([
      run.inboxes.jobs.forEach(async () => {
        await sleep(1);
        throw ApplicationFailure.nonRetryable('it is bad');
      }),
      run.inboxes.notes
        .forEach(
          async (note) => {
            await sleep(run.isFirst ? '1 minute' : 1);
            run.state.done.push(note);
          },
          { concurrency: 2, until: () => run.state.done.length === 3 },
        )
        .then(() => {
          throw ApplicationFailure.nonRetryable(run.state.done.sort().join(' '));
        }),
    ]);
  },
);

/** Reads a job by `next`, and goes on to something else; the first run settles the job where it is told to. */
export const readsOne = longRunning(
  'readsOne',
  {
    state: { version: 1, initial: (_settles: boolean): { done: string[] } => ({ done: [] }) },
    inboxes: { jobs: inbox(addJob) },
    rollOver: { drainTimeout: '1 second' },
  },
  async (run) => {
    await run.inboxes.jobs.next();
    run.state.done.push(`run ${run.number}`);
    if (run.args[0]) run.inboxes.jobs.settle();
    if (!run.isFirst) return run.state.done;
    for (;;) {
      await sleep(1);
      await run.safePoint();
    }
  },
);

/** Cleans up by the inbox that another lane has been cut off from, and has yet to leave. */
export const cleansUpAtOnce = longRunning(
  'cleansUpAtOnce',
  { state, inboxes: { jobs: inbox(addJob) } },
  async (run): Promise<string[]> => {
    const handle = async (job: unknown): Promise<void> => {
      await shielded(() => sleep(200));
      run.state.done.push((job as Job).id);
    };
    try {
      await Promise.all([run.inboxes.jobs.forEach(handle), sleep('1 hour')]);
      return ['went on'];
    } catch (error) {
      if (!isCancellation(error)) throw error;
      return await shielded(async () => {
        await run.inboxes.jobs.forEach(handle, { until: () => true });
        return run.state.done;
      });
    }
  },
);
