import { proxyActivities, sleep } from '@temporalio/workflow';
import { ApplicationFailure } from '@temporalio/common';
import { inbox, longRunning } from 'longhaul/workflows';
import { defineSignal } from '@temporalio/workflow';
import {
  answerInbox,
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
import type { ApprovalOptions, CalledBack, ChildInput, PollOptions } from 'longhaul/recipes';
import type * as activities from './activities';

const act = proxyActivities<typeof activities>({ startToCloseTimeout: '20 seconds', retry: { maximumAttempts: 3 } });
const { sweep } = proxyActivities<typeof activities>({
  startToCloseTimeout: '600 ms',
  heartbeatTimeout: '500 ms',
  retry: { maximumAttempts: 1 },
});

const noState = { version: 1, initial: () => ({}) };

type PollInput = { doneAt: number; retryAfterMs?: number } & Omit<Partial<PollOptions<never>>, 'check' | 'until'>;

/** Polls a job, and tells in which run the answer came. */
export const polls = longRunning(
  'polls',
  { state: { version: 1, initial: (_input: PollInput) => ({}) }, rollOver: { events: 40 } },
  async (run) => {
    const { doneAt, retryAfterMs, ...options } = run.args[0];
    const { asked } = await poll(run, 'job', {
      ...options,
      check: () => act.jobStatus(doneAt, retryAfterMs),
      until: ({ done }) => done,
      retryAfter: ({ retryAfterMs: ms }) => ms,
      progress: ({ asked: n }) => Math.floor(n / 6),
    });
    // The answer is there in a later run too.
    await run.safePoint();
    return { asked, run: run.number };
  },
);

type ApprovalInput = Omit<ApprovalOptions, 'inbox' | 'reminders'> & { remindEvery?: number; remindAt?: number[] };

/** Asks for an approval; `then` ms later it ends. */
export const approves = longRunning(
  'approves',
  {
    state: { version: 1, initial: (_input: ApprovalInput & { then?: number }) => ({}) },
    inboxes: { answers: inbox(answerSignal) },
  },
  async (run) => {
    const { then, remindEvery, remindAt, ...options } = run.args[0];
    await approval(run, 'purchase', {
      ...options,
      inbox: run.inboxes.answers,
      ...(remindEvery === undefined ? {} : { reminders: { every: remindEvery, send: act.remind } }),
      ...(remindAt === undefined ? {} : { reminders: { at: remindAt, send: act.remind } }),
    });
    if (then !== undefined) await run.once('afterwards', () => sleep(then));
    return { ...(await approval(run, 'purchase', { ...options, inbox: run.inboxes.answers })), run: run.number };
  },
);

/** Answers each approver, over rollovers; it goes on for a while after the decision. */
export const answersApprovers = longRunning(
  'answersApprovers',
  { state: noState, inboxes: { answers: answerInbox() } },
  async (run) => {
    const options = {
      inbox: run.inboxes.answers,
      approvers: ['ann', 'bob'],
      quorum: 'any',
      deadline: '1 hour',
    } as const;
    const { audit } = await approval(run, 'purchase', options);
    await run.once('afterwards', () => sleep(500));
    return audit.map(({ what, by = '' }) => `${what} ${by}`.trim());
  },
);

interface CallbackInput {
  items: string[];
  timeout: number;
  pollEvery?: number;
}

/** Starts jobs elsewhere and waits for each to call back. */
export const callsBack = longRunning(
  'callsBack',
  {
    state: { version: 1, initial: (_input: CallbackInput) => ({}) },
    inboxes: { callbacks: callbackInbox() },
  },
  async (run) => {
    const { items, timeout, pollEvery } = run.args[0];
    const outcomes = await Promise.all(
      items.map((item): Promise<CalledBack<string>> =>
        callback(run, item, {
          inbox: run.inboxes.callbacks,
          start: act.submitJob,
          timeout,
          parse: (payload) => {
            if (typeof payload !== 'string') throw new TypeError('no text');
            return payload;
          },
          ...(pollEvery === undefined
            ? {}
            : { fallBack: { check: act.jobOutcome, every: pollEvery, backoff: 1, jitter: 0 } }),
        }),
      ),
    );
    return { outcomes: outcomes.map(({ value, via }) => `${value} via ${via}`), run: run.number };
  },
);

interface FanInput {
  to: number;
  page: number;
  concurrency: number;
  events?: number;
  poisonEach?: number;
  maxFailures?: number;
  startToClose?: number;
  slowMs?: number;
}

/** Activities that are tried again soon after their worker was killed. */
const soonAgain = (startToClose: number | undefined) =>
  startToClose === undefined
    ? act
    : proxyActivities<typeof activities>({ startToCloseTimeout: startToClose, retry: { initialInterval: 10 } });

const fanState = { version: 1, initial: (_input: FanInput) => ({}) };

/** The sum of squares, one activity each. */
export const squares = longRunning('squares', { state: fanState, rollOver: { events: 500 } }, async (run) => {
  const { to, page, concurrency, poisonEach, maxFailures, startToClose, slowMs } = run.args[0];
  const { numbersFrom, square } = soonAgain(startToClose);
  const result = await fanOut(run, 'squares', {
    pages: (cursor: number | undefined) => numbersFrom(cursor, to, page),
    work: (n) => square(n, poisonEach, slowMs),
    concurrency,
    value: { sum: 0 },
    add: (value, squared) => ({ sum: value.sum + squared }),
    ...(maxFailures === undefined ? {} : { maxFailures }),
  });
  return { ...result, runs: run.number };
});

/** A child that fails, ends without a word, takes its time or answers at once. */
export async function squareChild({ item: n, report }: ChildInput<number>): Promise<number> {
  if (n % 9 === 0) return n * n;
  return await reportTo(report, async () => {
    if (n % 10 === 0) throw ApplicationFailure.nonRetryable(`${n} is poison`);
    if (n % 7 === 0) await sleep(150);
    return n * n;
  });
}

/** The sum of squares, one child each; those divisible by 9 end without a word. */
export const squareChildren = longRunning(
  'squareChildren',
  { state: fanState, inboxes: { reports: childReportInbox() }, rollOver: { events: 200 } },
  async (run) => {
    const { to, page, concurrency } = run.args[0];
    const result = await fanOutChildren(run, 'children', {
      pages: (cursor: number | undefined) => act.numbersFrom(cursor, to, page),
      concurrency,
      value: { sum: 0 },
      child: squareChild,
      inbox: run.inboxes.reports,
      add: (value, squared: number) => ({ sum: value.sum + squared }),
      fallBack: { check: act.childOutcomes, every: 400 },
    });
    return { ...result, runs: run.number };
  },
);

export interface Line {
  id: string;
  key: string;
  last?: boolean;
}

export const addLine = defineSignal<[Line]>('addLine');

interface BatchInput {
  maxSize: number;
  maxWait: number;
  concurrency: number;
  startToClose?: number;
}

/** Stores lines in batches by key. */
export const batches = longRunning(
  'batches',
  {
    state: { version: 1, initial: (_input: BatchInput) => ({ last: false }) },
    inboxes: { lines: inbox(addLine, { dedupe: { by: ({ id }: Line) => id } }) },
    rollOver: { events: 60 },
  },
  async (run) => {
    const { startToClose, ...sizes } = run.args[0];
    const result = await batch(run, 'lines', {
      ...sizes,
      inbox: run.inboxes.lines,
      by: (line) => {
        run.state.last ||= line.last ?? false;
        return line.key;
      },
      work: soonAgain(startToClose).store,
      until: () => run.state.last,
    });
    return { ...result, runs: run.number };
  },
);

interface CleanupInput {
  every: number;
  rounds: number;
  catchUp?: 'none' | 'one' | 'all';
  stallInRound?: number;
}

export const cleans = longRunning(
  'cleans',
  { state: { version: 1, initial: (_input: CleanupInput) => ({ rounds: 0 }) } },
  async (run) => {
    const { stallInRound, ...options } = run.args[0];
    let began = 0;
    let stalled = false;
    return await scheduledCleanup(run, 'old files', {
      ...options,
      work: async (from: number | undefined, { dueAt }) => {
        if (dueAt !== began) {
          began = dueAt;
          run.state.rounds += 1;
        }
        const stall = run.state.rounds === stallInRound && !stalled;
        stalled ||= stall;
        return await sweep(from ?? 0, stall, 6);
      },
    });
  },
);

/** Three stages. */
export const staged = longRunning(
  'staged',
  { state: { version: 1, initial: (_from: number) => ({}) }, rollOver: { events: 10 } },
  async (run) => {
    const total = await pipeline<number>(run, 'stages')
      .stage('one', (input) => act.stageOf('one', input))
      .stage('two', (input) => act.stageOf('two', input))
      .stage('three', async (input) => ({ total: await act.stageOf('three', input) }))
      .run(run.args[0]);
    await run.safePoint();
    return { ...total, run: run.number };
  },
);

/** Uses a recipe with an option that makes no sense. */
export const misused = longRunning('misused', { state: noState }, async (run) => {
  await poll(run, 'job', { check: () => act.jobStatus(1), until: () => true, every: '1 hour', maxEvery: '1 minute' });
});
