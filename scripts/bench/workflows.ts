import {
  condition,
  continueAsNew,
  defineSignal,
  proxyActivities,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import { inbox, longRunning } from 'longhaul/workflows';
import type { Inbox } from 'longhaul/workflows';
import type * as activities from './activities';

export interface Item {
  id: string;
  last?: boolean;
}

export const add = defineSignal<[Item]>('add');

const { work, commits, heartbeats } = proxyActivities<typeof activities>({
  startToCloseTimeout: '10 minutes',
  heartbeatTimeout: '1 minute',
});

/** The same for both sides; low enough that a short run rolls over. */
const events = 250;
const keep = 1_000;

const queue = {
  state: { version: 1, initial: () => ({ done: 0, last: false }) },
  inboxes: { items: inbox(add, { dedupe: { by: ({ id }: Item) => id, keep } }) },
};

interface Queue {
  state: { done: number; last: boolean };
  inboxes: { items: Inbox<Item> };
}

async function drain({ state, inboxes }: Queue, handle: (item: Item) => Promise<void>): Promise<number> {
  await inboxes.items.forEach(
    async (item) => {
      await handle(item);
      state.done += 1;
      state.last ||= item.last ?? false;
    },
    { until: () => state.last },
  );
  return state.done;
}

/** An activity an item. */
export const longhaulWork = longRunning('longhaulWork', { ...queue, rollOver: { events } }, (run) =>
  drain(run, ({ id }) => work(id)),
);

/** Signals alone, under the default limits. */
export const longhaulCount = longRunning('longhaulCount', queue, (run) => drain(run, () => Promise.resolve()));

interface Carried {
  items: Item[];
  seen: string[];
  done: number;
  last: boolean;
}

/** Plain SDK code of the same behaviour: a buffer and a dedupe window, both carried over at the same limit. */
export async function plainWork(carried?: Carried): Promise<number> {
  return await plain(
    carried,
    events,
    ({ id }) => work(id),
    (next) => continueAsNew<typeof plainWork>(next),
  );
}

export async function plainCount(carried?: Carried): Promise<number> {
  return await plain(carried, 4_000, undefined, (next) => continueAsNew<typeof plainCount>(next));
}

/** The queue that most begin with: it never continues as new. */
export async function plainForever(): Promise<number> {
  return await plain(undefined, Infinity, undefined, () => Promise.reject(new Error('it never does')));
}

async function plain(
  { items, seen, done, last }: Carried = { items: [], seen: [], done: 0, last: false },
  limit: number,
  handle: ((item: Item) => Promise<void>) | undefined,
  next: (carried: Carried) => Promise<never>,
): Promise<number> {
  const known = new Set(seen);
  setHandler(add, (item) => {
    if (known.has(item.id)) return;
    known.add(item.id);
    if (known.size > keep) known.delete(known.values().next().value ?? '');
    items.push(item);
  });
  const full = (): boolean =>
    limit !== Infinity && (workflowInfo().continueAsNewSuggested || workflowInfo().historyLength >= limit);
  for (;;) {
    await condition(() => full() || items.length > 0 || last);
    if (items.length === 0 && last) return done;
    if (full()) return await next({ items, seen: [...known], done, last });
    const item = items.shift();
    if (item === undefined) continue;
    await handle?.(item);
    done += 1;
    last ||= item.last ?? false;
  }
}

/** Milliseconds that each of `count` acknowledged checkpoints took. */
export async function acknowledged(kind: 'longhaul' | 'plain', count: number): Promise<number[]> {
  return kind === 'longhaul' ? await commits(count) : await heartbeats(count);
}
