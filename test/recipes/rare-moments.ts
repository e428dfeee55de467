import { ApplicationFailure } from '@temporalio/common';
import { defineSignal, sleep } from '@temporalio/workflow';
import { inbox, longRunning } from 'longhaul/workflows';
import { batch, callback, callbackInbox, fanOut, poll } from 'longhaul/recipes';

const noState = { version: 1, initial: () => ({}) };

/** The source fails while items are in hand, and is asked again. */
export const fansOutAgain = longRunning(
  'fansOutAgain',
  { state: { version: 1, initial: (): { begun: number[] } => ({ begun: [] }) } },
  async (run) => {
    let asked = 0;
    const go = () =>
      fanOut(run, 'numbers', {
        pages: async (from: number | undefined) => {
          await sleep(10);
          asked += 1;
          if (asked === 2) throw ApplicationFailure.nonRetryable('the source is away');
          return from === undefined ? { items: [1, 2, 3], next: 4 } : { items: [4, 5, 6] };
        },
        work: async (item: number) => {
          run.state.begun.push(item);
          await sleep(100);
          return item;
        },
        concurrency: 4,
        value: { sum: 0 },
        add: (value, item) => ({ sum: value.sum + item }),
      });
    const failure = await go().then(
      () => 'none',
      (error: unknown) => (error as Error).message,
    );
    const { succeeded, value } = await go();
    return { failure, succeeded, sum: value.sum, begun: run.state.begun };
  },
);

/** What the polled system asks for is no length of time, or none at all. */
export const pollsOddly = longRunning('pollsOddly', { state: noState }, async (run) => {
  const asks: unknown[] = [0, null, -5, 'soon', 0.5, {}];
  let polls = 0;
  return await poll(run, 'job', {
    check: () => Promise.resolve((polls += 1)),
    until: (answer) => answer > asks.length,
    retryAfter: (answer) => asks[answer - 1] as number,
    every: 20,
  });
});

export const addReading = defineSignal<[unknown]>('addReading');

/** Its keys are what somebody sent. */
export const batchesOddly = longRunning(
  'batchesOddly',
  {
    state: { version: 1, initial: (): { done: string[] } => ({ done: [] }) },
    inboxes: { readings: inbox(addReading) },
  },
  async (run) => {
    let seen = 0;
    const { items, failed, deadLetters } = await batch(run, 'readings', {
      inbox: run.inboxes.readings,
      by: (reading) => {
        seen += 1;
        return (reading as { meter: string }).meter;
      },
      work: async (readings, meter) => {
        await sleep(1);
        run.state.done.push(`${meter} ${readings.length}`);
      },
      maxWait: 50,
      until: () => seen >= 6,
    });
    return { items, failed, errors: deadLetters.map(({ error }) => error), done: [...run.state.done].sort() };
  },
);

/** Waits for items that are named as what every object has. */
export const callsBackOddly = longRunning(
  'callsBackOddly',
  { state: noState, inboxes: { callbacks: callbackInbox() } },
  async (run) => {
    const wait = (item: string) =>
      callback(run, item, {
        inbox: run.inboxes.callbacks,
        start: () => Promise.resolve(),
        timeout: '10 seconds',
      });
    const outcomes = await Promise.all(['constructor', '__proto__', 'film'].map(wait));
    return outcomes.map(({ value }) => value);
  },
);
