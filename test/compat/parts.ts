import { defineSignal, defineUpdate, proxyActivities } from '@temporalio/workflow';
import { ApplicationFailure } from '@temporalio/common';
import { inbox } from 'longhaul/workflows';
import type { Run } from 'longhaul/workflows';

export interface Item {
  id: string;
  last?: boolean;
  poison?: boolean;
}

export const add = defineSignal<[Item]>('add');
export const addNote = defineSignal<[string]>('addNote');
export const ask = defineUpdate<string, [Item]>('ask');
// eslint-disable-next-line @typescript-eslint/no-invalid-void-type -- it answers with nothing
export const tell = defineUpdate<void, [Item]>('tell');

interface Done {
  done: string[];
  last: boolean;
}

export const activities = proxyActivities<{ quick(id: string): Promise<void>; slow(id: string): Promise<void> }>({
  startToCloseTimeout: '30 seconds',
});

export const options = {
  state: { version: 1, initial: (): Done => ({ done: [], last: false }) },
  inboxes: { items: inbox(add, { dedupe: { by: ({ id }: Item) => id } }) },
};

export type QueueRun = Run<[], Done, typeof options.inboxes>;

export async function handleAll({ state, inboxes }: QueueRun, work: (id: string) => Promise<void>, concurrency = 1) {
  await inboxes.items.forEach(
    async ({ id, last = false, poison = false }) => {
      await work(id);
      if (poison) throw ApplicationFailure.nonRetryable(`${id} is poison`);
      state.done.push(id);
      state.last ||= last;
    },
    { concurrency, until: () => state.last },
  );
  return state.done;
}
