import { CancellationScope, condition, defineSignal, isCancellation, setHandler, sleep } from '@temporalio/workflow';
import { ApplicationFailure } from '@temporalio/common';
import { inbox, longRunning, shielded } from 'longhaul/workflows';
import { fanOut } from 'longhaul/recipes';
import { activities, ask, handleAll, options } from './parts';
import type { Item } from './parts';

/** Workflows that come to the moments in which a marker says that they do what was mended. */

const { quick, slow } = activities;

/** Two lanes need the same thing at once; then two of three items fail, and the body hears of one. */
export const sharedMoments = longRunning('sharedMoments', options, async (run) => {
  await Promise.all(
    ['one', 'two'].map(async (lane) => {
      await run.once('shared', () => slow('shared'));
      await quick(lane);
    }),
  );
  await condition(() => run.inboxes.items.depth === 3);
  await handleAll(run, (id) => (id === 'i1' ? quick(id) : slow(id)), 3).catch((error: unknown) => {
    if (!(error instanceof ApplicationFailure)) throw error;
  });
  await run.inboxes.items.drain();
  await quick('in the end');
  return { done: run.state.done, letters: run.deadLetters.length };
});

const dedupe = { by: ({ id }: Item) => id };

/** An item that is owed a reply waits to be tried again as a rollover comes due. */
export const owedLater = longRunning(
  'owedLater',
  { ...options, inboxes: { asks: inbox(ask, { reply: 'done', dedupe }) } },
  async (run) => {
    const { state } = run;
    await run.inboxes.asks.forEach(
      async ({ id, poison = false, last = false }) => {
        await quick(id);
        if (poison && run.isFirst) throw ApplicationFailure.retryable(`${id} fails at first`);
        state.done.push(id);
        state.last ||= last;
        return id;
      },
      { retry: { attempts: 3, initialInterval: '1 second' }, orderBy: ({ id }) => id, until: () => state.last },
    );
    return state.done;
  },
);

export const hang = defineSignal('hang');

/** It is cancelled while a rollover waits for a handler, after the drain has timed out. */
export const cutShort = longRunning('cutShort', { ...options, rollOver: { drainTimeout: '300 ms' } }, async (run) => {
  setHandler(hang, () => CancellationScope.nonCancellable(() => condition(() => false)));
  try {
    await condition(() => run.rollOverDue);
    await run.safePoint();
  } catch (error) {
    if (!isCancellation(error)) throw error;
    await shielded(async () => {
      await quick('undo');
      await sleep(400);
      await quick('undone');
    });
  }
});

/** Its source fails once, while items are in hand. */
export const recipeFanOutAgain = longRunning('recipeFanOutAgain', options, async (run) => {
  let asked = 0;
  const go = () =>
    fanOut(run, 'numbers', {
      pages: async (from: number | undefined) => {
        await quick('page');
        asked += 1;
        if (asked === 2) throw ApplicationFailure.nonRetryable('the source is away');
        return from === undefined ? { items: [1, 2, 3], next: 4 } : { items: [4, 5] };
      },
      work: (n: number) => slow(String(n)),
      concurrency: 4,
      value: {},
    });
  await go().catch(() => quick('again'));
  return await go();
});
