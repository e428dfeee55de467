import {
  condition,
  defineQuery,
  defineSignal,
  defineUpdate,
  isCancellation,
  proxyActivities,
  setHandler,
  sleep,
} from '@temporalio/workflow';
import { ApplicationFailure } from '@temporalio/common';
import { firstOf, inbox, longRunning, shielded } from 'longhaul/workflows';
import { answerInbox, approval, batch, callback, callbackInbox, fanOut, pipeline, poll } from 'longhaul/recipes';
import type * as activities from './activities';

const act = proxyActivities<typeof activities>({ startToCloseTimeout: '1 second', retry: { initialInterval: 10 } });
const once = proxyActivities<typeof activities>({
  startToCloseTimeout: '1 second',
  retry: { maximumAttempts: 1, nonRetryableErrorTypes: [] },
});

export interface Job {
  id: string;
  key: string;
  n: number;
  fails?: number;
  poison?: boolean;
  ms?: number;
  last?: boolean;
}
export const addJob = defineSignal<[Job]>('addJob');
export const addNote = defineSignal<[Job]>('addNote');
export const addLine = defineSignal<[Job]>('addLine');
export const addPick = defineSignal<[Job]>('addPick');
export const ask = defineUpdate<string, [Job]>('ask');
// eslint-disable-next-line @typescript-eslint/no-invalid-void-type -- it answers with nothing
export const tell = defineUpdate<void, [Job]>('tell');
export const dump = defineQuery<{ state: State; letters: string[] }>('dump');

export interface State {
  count: Record<string, number>;
  tries: Record<string, number>;
  /** Ids in the order in which they were done, by key. */ order: Record<string, string[]>;
  last: boolean;
  lines: Record<string, number>;
  results: Record<string, unknown>;
  asked: number;
  /** How often the token was made. */ tokens: number;
}
export interface Input {
  cancels: boolean;
}
const by = ({ id }: Job) => id;

export const everything = longRunning(
  'everything',
  {
    state: {
      version: 1,
      initial: (_input: Input): State => ({
        count: {},
        tries: {},
        order: {},
        last: false,
        lines: {},
        results: {},
        asked: 0,
        tokens: 0,
      }),
    },
    inboxes: {
      jobs: inbox(addJob, { dedupe: { by } }),
      notes: inbox(addNote, { dedupe: { by } }),
      lines: inbox(addLine, { dedupe: { by } }),
      picks: inbox(addPick, { dedupe: { by } }),
      asks: inbox(ask, { reply: 'done', dedupe: { by } }),
      tells: inbox(tell, { reply: 'accepted', dedupe: { by } }),
      answers: answerInbox(),
      callbacks: callbackInbox(),
    },
    rollOver: { events: 300, drainTimeout: '1 minute' },
  },
  async (run) => {
    const { state } = run;
    setHandler(dump, () => ({ state: run.state, letters: run.deadLetters.map(({ id = '' }) => id) }));
    const over = () => state.last;
    const done = (job: Job) => {
      state.count[job.id] = (state.count[job.id] ?? 0) + 1;
      (state.order[job.key] ??= []).push(job.id);
      state.last ||= job.last ?? false;
    };
    const handle = async (job: Job) => {
      const tries = (state.tries[job.id] = (state.tries[job.id] ?? 0) + 1);
      if (job.ms !== undefined) await act.work(job.id, job.ms, false);
      if (tries <= (job.fails ?? 0)) await once.work(job.id, 1, true);
      if (job.poison) throw ApplicationFailure.nonRetryable(`${job.id} is poison`);
      done(job);
    };
    const retry = { attempts: 4, initialInterval: 30, jitter: 0.5, maxInterval: 100 };
    const lanes = () =>
      Promise.all([
        run.inboxes.jobs.forEach(handle, {
          concurrency: 3,
          retry,
          deadLetter: true,
          orderBy: ({ key }) => key,
          until: over,
        }),
        run.inboxes.notes.forEach(handle, { concurrency: 2, until: over }),
        run.inboxes.asks.forEach((job) => handle(job).then(() => `${job.id} ok`), {
          concurrency: 2,
          retry,
          deadLetter: true,
          orderBy: ({ key }) => key,
          until: over,
        }),
        run.inboxes.tells.forEach(handle, { concurrency: 2, retry, deadLetter: true, until: over }),
        (async () => {
          for (;;) {
            const won = await firstOf({
              item: () => run.inboxes.picks.next(),
              end: () => condition(() => over() && run.inboxes.picks.depth === 0),
              tick: () => sleep(40),
            });
            if (won.name === 'item') await handle(won.value);
            run.inboxes.picks.settle();
            if (won.name === 'end') return;
          }
        })(),
        (async () => {
          state.results['batch'] = await batch(run, 'lines', {
            inbox: run.inboxes.lines,
            maxSize: 4,
            maxWait: 50,
            concurrency: 3,
            by: ({ key }) => key,
            work: async (items) => {
              await act.work('batch', 10, false);
              for (const { id } of items) state.lines[id] = (state.lines[id] ?? 0) + 1;
            },
            until: over,
          });
        })(),
        (async () => {
          state.results['fan'] = await fanOut(run, 'fan', {
            pages: (cursor: number | undefined) => act.page(cursor, 60),
            concurrency: 4,
            value: { sum: 0 },
            work: async (n: number) => {
              await act.work('fan', n % 20, false);
              return n;
            },
            add: (value, n) => {
              value.sum += n;
              return value;
            },
          });
        })(),
        (async () => {
          await run.forEach(
            'pages',
            { page: (cursor?: number) => act.page(cursor, 40) },
            async (n) => {
              await act.work('page', n % 7, false);
              state.count[`page ${n}`] = (state.count[`page ${n}`] ?? 0) + 1;
            },
            { concurrency: 3 },
          );
          await poll(run, 'poll', {
            check: () => act.asked((state.asked += 1)),
            until: ({ done: it }) => it,
            every: 15,
            jitter: 0.3,
          });
          state.results['stages'] = await pipeline<number>(run, 'pipe')
            .stage('a', async (n) => {
              await act.work('a', 5, false);
              return n + 1;
            })
            .stage('b', async (n) => {
              await sleep(5);
              return n * 2;
            })
            .run(3);
        })(),
        (async () => {
          const { decision } = await approval(run, 'ok', {
            inbox: run.inboxes.answers,
            approvers: ['ann', 'bob'],
            deadline: '1 hour',
            reminders: { every: 100, send: () => act.work('remind', 1, false) },
          });
          state.results['approval'] = decision;
        })(),
        ...['x', 'y'].map(async (item) => {
          const { value } = await callback<string>(run, item, {
            inbox: run.inboxes.callbacks,
            start: () => act.work('start', 5, false),
            timeout: '1 hour',
            fallBack: { every: 80, check: () => act.none() },
          });
          state.results[`callback ${item}`] = value;
        }),
        ...[1, 2].map(() =>
          run.once('token', async () => {
            await act.work('token', 20, false);
            state.tokens += 1;
            return 'token';
          }),
        ),
      ]);
    try {
      await lanes();
    } catch (error) {
      if (!isCancellation(error)) throw error;
      await shielded(() => lanes());
      throw error;
    }
    return 'ended';
  },
);
