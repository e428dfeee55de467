import { ApplicationFailure } from '@temporalio/common';
import { defineQuery, defineSignal, setHandler, sleep } from '@temporalio/workflow';
import { inbox, longRunning } from 'longhaul/workflows';

export interface Item {
  id: number;
  fails: boolean;
  last: boolean;
}

/** How a queue is read: so many at once, or in batches of at most so many. */
export type Reading = { concurrency: number } | { batch: number };

export const add = defineSignal<[Item]>('add');
export const processed = defineQuery<number[]>('processed');

/** Keeps each id that it has processed; an item that fails goes to the dead letters. */
export const conserving = longRunning(
  'conserving',
  {
    state: { version: 1, initial: (_reading: Reading) => ({ done: [] as number[], ended: false }) },
    inboxes: { items: inbox(add, { dedupe: { by: ({ id }: Item) => id } }) },
    rollOver: { events: 80 },
    onError: 'continue',
  },
  async (run) => {
    setHandler(processed, () => run.state.done);
    const [reading] = run.args;
    const handle = async (items: readonly Item[]): Promise<void> => {
      run.state.ended ||= items.some(({ last }) => last);
      await sleep(1);
      if (items.some(({ fails }) => fails)) throw ApplicationFailure.nonRetryable('it fails on purpose');
      run.state.done.push(...items.map(({ id }) => id));
    };
    const { items } = run.inboxes;
    if ('concurrency' in reading) {
      await items.forEach((item) => handle([item]), { ...reading, until: () => run.state.ended });
    } else {
      while (!run.state.ended || items.depth > 0) await handle(await items.take(reading.batch));
    }
    return run.state.done;
  },
);
