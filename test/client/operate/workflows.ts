import { ApplicationFailure, condition, defineSignal, setHandler, sleep } from '@temporalio/workflow';
import { inbox, longRunning } from 'longhaul/workflows';

export const add = defineSignal<[{ id: string }]>('add');
export const mend = defineSignal('mend');

/** Its items fail until it is mended. */
export const mended = longRunning(
  'mended',
  {
    state: { version: 1, initial: () => ({ done: [] as string[] }) },
    inboxes: { items: inbox(add, { dedupe: { by: ({ id }: { id: string }) => id } }) },
  },
  async (run) => {
    let isMended = false;
    setHandler(mend, () => void (isMended = true));
    await run.inboxes.items.forEach(
      ({ id }) => {
        if (id === 'crash') throw new TypeError('it can not be worked on');
        if (isMended || id === 'good') run.state.done.push(id);
        else throw ApplicationFailure.create({ message: 'not mended yet', type: 'NotMended' });
        return Promise.resolve();
      },
      { deadLetter: true },
    );
  },
);

/** Knows nothing of longhaul. */
export async function plain(): Promise<void> {
  await condition(() => false, '3 days');
  await sleep(1);
}
