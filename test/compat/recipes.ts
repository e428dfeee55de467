import { defineSignal, proxyActivities } from '@temporalio/workflow';
import { inbox, longRunning } from 'longhaul/workflows';
import {
  answerSignal,
  approval,
  batch,
  callback,
  callbackInbox,
  childReportInbox,
  fanOut,
  fanOutChildren,
  pipeline,
  poll,
  reportTo,
  scheduledCleanup,
} from 'longhaul/recipes';
import type { ChildInput, ChildOutcome, CleanupPart, Page } from 'longhaul/recipes';

/** What the recipes' golden workflows call; recorded with the activities of scripts/record-compat-recipes.ts. */
export interface RecipeActivities {
  quick(id: string): Promise<void>;
  /** How often the workflow has asked. */
  ask(id: string): Promise<number>;
  page(cursor: number | undefined, to: number): Promise<Page<number, number>>;
  sweep(from: number | undefined): Promise<CleanupPart<number>>;
  childOutcomes(ids: string[]): Promise<ChildOutcome[]>;
}

const act = proxyActivities<RecipeActivities>({ startToCloseTimeout: '30 seconds', retry: { maximumAttempts: 2 } });
const state = { version: 1, initial: () => ({}) };

export const recipePoll = longRunning('recipePoll', { state, rollOver: { events: 30 } }, (run) =>
  poll(run, 'job', {
    check: () => act.ask('job'),
    until: (asked) => asked >= 9,
    every: 5,
    maxEvery: 20,
    timeout: 60_000,
  }),
);

export const recipeApproval = longRunning(
  'recipeApproval',
  { state, inboxes: { answers: inbox(answerSignal) } },
  async (run) => {
    const { decision } = await approval(run, 'purchase', {
      inbox: run.inboxes.answers,
      approvers: ['ann', 'bob'],
      deadline: '1 hour',
      reminders: { every: 300, send: () => act.quick('remind') },
    });
    await run.once('afterwards', () => act.quick('afterwards'));
    return decision;
  },
);

export const recipeCallback = longRunning(
  'recipeCallback',
  { state, inboxes: { callbacks: callbackInbox() } },
  async (run) => {
    const [one, two] = await Promise.all(
      ['one', 'two'].map((item) =>
        callback<string>(run, item, {
          inbox: run.inboxes.callbacks,
          start: act.quick,
          timeout: '1 hour',
          fallBack: {
            check: async (id) => (id === 'two' && (await act.ask(id)) >= 3 ? 'found' : undefined),
            every: 50,
            backoff: 1,
          },
        }),
      ),
    );
    return [one?.value, two?.value];
  },
);

const numbers = {
  pages: (cursor: number | undefined) => act.page(cursor, 40),
  concurrency: 5,
  value: { sum: 0 },
  add: ({ sum }: { sum: number }, n: number) => ({ sum: sum + n }),
};

export const recipeFanOut = longRunning('recipeFanOut', { state, rollOver: { events: 60 } }, (run) =>
  fanOut(run, 'numbers', {
    ...numbers,
    work: async (n: number) => {
      await act.quick(n === 13 ? 'poison' : String(n));
      return n;
    },
  }),
);

export async function recipeChild({ item, report }: ChildInput<number>): Promise<number> {
  if (item % 9 === 0) return item;
  return await reportTo(report, () => Promise.resolve(item));
}

export const recipeFanOutChildren = longRunning(
  'recipeFanOutChildren',
  { state, inboxes: { reports: childReportInbox() }, rollOver: { events: 60 } },
  (run) =>
    fanOutChildren(run, 'numbers', {
      ...numbers,
      child: recipeChild,
      inbox: run.inboxes.reports,
      fallBack: { check: act.childOutcomes, every: 200 },
    }),
);

export const addLine = defineSignal<[string]>('addLine');

export const recipeBatch = longRunning(
  'recipeBatch',
  {
    state: { version: 1, initial: () => ({ last: false }) },
    inboxes: { lines: inbox(addLine) },
    rollOver: { events: 40 },
  },
  (run) =>
    batch(run, 'lines', {
      inbox: run.inboxes.lines,
      by: (line) => {
        run.state.last ||= line === 'last';
        return line.slice(0, 1);
      },
      work: (lines) => act.quick(lines.join(' ')),
      maxSize: 3,
      maxWait: 200,
      concurrency: 2,
      until: () => run.state.last,
    }),
);

export const recipeCleanup = longRunning('recipeCleanup', { state, rollOver: { events: 30 } }, (run) =>
  scheduledCleanup(run, 'old files', { every: 100, rounds: 4, work: act.sweep }),
);

export const recipePipeline = longRunning('recipePipeline', { state, rollOver: { events: 15 } }, async (run) =>
  pipeline<number>(run, 'stages')
    .stage('one', async (n) => (await act.quick('one'), n + 1))
    .stage('two', async (n) => (await act.quick('two'), n + 1))
    .stage('three', async (n) => (await act.quick('three'), n + 1))
    .run(0),
);
