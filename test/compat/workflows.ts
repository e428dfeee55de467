import { CancellationScope, condition, isCancellation, sleep } from '@temporalio/workflow';
import { ApplicationFailure, defineSearchAttributeKey } from '@temporalio/common';
import { cleanUp, firstOf, inbox, longRunning, shielded, waitFor, withTimeout } from 'longhaul/workflows';
import { activities, add, addNote, ask, handleAll, options, tell } from './parts';
import type { Item, QueueRun } from './parts';

/**
 * The workflows of the golden histories in replay-histories/compat. Each command of theirs is recorded: add workflows, and leave
 * those that are here as they are.
 */

const { quick, slow } = activities;

export const queue = longRunning('queue', { ...options, rollOver: { events: 40 } }, (run) => handleAll(run, quick));

export const wide = longRunning('wide', { ...options, rollOver: { events: 40 } }, (run) => handleAll(run, slow, 3));

export const lanes = longRunning(
  'lanes',
  { ...options, inboxes: { ...options.inboxes, notes: inbox(addNote) }, rollOver: { events: 40 } },
  async (run) => {
    await Promise.all([
      handleAll(run as unknown as QueueRun, slow),
      run.inboxes.notes.forEach(quick, { until: () => run.state.last }),
    ]);
    return run.state.done;
  },
);

export const cleansUp = longRunning('cleansUp', { ...options, rollOver: { events: 30 } }, async (run) => {
  try {
    return await handleAll(run, slow);
  } catch (error) {
    if (!isCancellation(error)) throw error;
    await CancellationScope.nonCancellable(async () => {
      await run.once('clean-up', () => quick('clean-up'));
      await handleAll(run, quick);
    });
    throw error;
  }
});

export const oneByOne = longRunning('oneByOne', { ...options, onError: 'continue' }, async (run) => {
  const { id, poison = false, last = false } = await run.inboxes.items.next();
  await quick(id);
  if (poison) throw ApplicationFailure.nonRetryable(`${id} is poison`);
  run.state.done.push(id);
  if (!last) await sleep(10);
  return run.state.done;
});

export const steps = longRunning(
  'steps',
  { state: { version: 1, initial: (_to: number) => ({ at: 0 }) }, rollOver: { events: 20 } },
  async (run) => {
    while (run.state.at < run.args[0]) {
      await run.safePoint();
      await quick(String((run.state.at += 1)));
    }
  },
);

/** Items without a command, beside a wait for a number of them: which of the two comes to its command first hangs on promise turns. */
export const burst = longRunning('burst', options, async ({ state, inboxes }) => {
  const counted = condition(() => state.done.length >= 3).then(() => sleep(20));
  await inboxes.items.forEach(
    async ({ id, last = false }) => {
      if (id === 'i1') await slow(id);
      if (id === 'i5') await quick(id);
      state.done.push(id);
      state.last ||= last;
    },
    { until: () => state.last },
  );
  await counted;
});

/** Its limit was another one: 40 before it was 50. */
export const relimited = longRunning('relimited', { ...options, rollOver: { events: 50, was: [40] } }, (run) =>
  handleAll(run, quick),
);

export { adopted, heavy, onto, pieces } from './adopting';
export {
  recipeApproval,
  recipeBatch,
  recipeCallback,
  recipeChild,
  recipeCleanup,
  recipeFanOut,
  recipeFanOutChildren,
  recipePipeline,
  recipePoll,
} from './recipes';
export { lingers, recipeCutOff, recipeOthersChildren, recipeReminders } from './cut-off';
export { cutShort, owedLater, recipeFanOutAgain, sharedMoments } from './mended';

/** Updates that answer, items tried again and buried, order by key, a pause, and dead letters redriven. */
export const answers = longRunning(
  'answers',
  {
    ...options,
    inboxes: {
      items: inbox(add, { dedupe: { by: ({ id }: Item) => id, keepFor: '1 day' }, capacity: { items: 20 } }),
      asked: inbox(ask, { reply: 'done', dedupe: { by: ({ id }: Item) => id } }),
      told: inbox(tell, { reply: 'accepted' }),
    },
    rollOver: { events: 60, updates: 12 },
  },
  async (run) => {
    const handle = async ({ id, last = false, poison = false }: Item) => {
      await quick(id);
      if (poison) throw ApplicationFailure.create({ message: `${id} is poison` });
      run.state.done.push(id);
      run.state.last ||= last;
      return `${id} is done`;
    };
    const until = () => run.state.last;
    await Promise.all([
      run.inboxes.items.forEach((item) => handle(item).then(() => undefined), {
        concurrency: 2,
        retry: { attempts: 2, initialInterval: 20, jitter: 0.5 },
        deadLetter: true,
        orderBy: ({ id }) => id.slice(0, 1),
        until,
      }),
      run.inboxes.asked.forEach(handle, { deadLetter: true, until }),
      run.inboxes.told.forEach((item) => handle(item).then(() => undefined), { until }),
    ]);
    return run.state.done;
  },
);

/** Goes through pages and a list. */
export const feeds = longRunning(
  'feeds',
  { state: { version: 1, initial: (_to: number) => ({ at: 0 }) }, rollOver: { events: 30 } },
  async (run) => {
    const [to] = run.args;
    await run.forEach(
      'pages',
      {
        page: async (cursor?: number) => {
          const from = cursor ?? 0;
          await quick(`page ${from}`);
          return { items: [from, from + 1], next: from + 2 < to ? from + 2 : undefined };
        },
      },
      (item) => quick(String(item)),
      { concurrency: 2 },
    );
    await run.forEach('list', ['a', 'b', 'c'], quick);
  },
);

/** Each thing that a body can wait for with a limit, over rollovers. */
export const timed = longRunning(
  'timed',
  { ...options, deadline: '1 hour', rollOver: { events: 40 } },
  async ({ state, inboxes, deadline }) => {
    while (!state.last) {
      const winner = await firstOf({
        item: () => inboxes.items.next(),
        quiet: () => sleep('10 minutes'),
        late: () => deadline.wait(),
      });
      if (winner.name !== 'item') break;
      const { id, last = false, poison = false } = winner.value;
      const work = () => withTimeout(() => (poison ? sleep('1 hour') : quick(id)), { timeout: 50, what: id });
      await cleanUp(work, () => quick(`undo ${id}`)).catch((error: unknown) => {
        if (!poison || isCancellation(error)) throw error;
      });
      state.done.push(id);
      state.last ||= last;
    }
    await waitFor(() => state.last, { deadline });
    await shielded(() => quick('in the end'));
    return state.done;
  },
);

const goldenKey = defineSearchAttributeKey('LonghaulGoldenDone', 'INT');

/** Steps, events and progress. */
export const stepwise = longRunning(
  'stepwise',
  {
    state: { version: 1, initial: (_to: number) => ({ at: 0 }) },
    rollOver: { events: 40 },
    publish: { keep: 3 },
    progress: { registered: 'assumed', minInterval: 1 },
  },
  async (run) => {
    while (run.state.at < run.args[0]) {
      await run.safePoint();
      run.phase = `step ${(run.state.at += 1)}`;
      await run.step(quick, [run.phase], { name: 'quick', retry: 'never', try: true, usage: () => ({ units: 1 }) });
      await run.step(slow, ['kept'], {
        cache: { key: 'kept', get: (key) => quick(key) as never, put: (key) => quick(key) },
      });
      run.publish({ at: run.state.at });
      await run.progress({ key: goldenKey, value: run.state.at });
    }
  },
);
