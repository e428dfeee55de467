import {
  condition,
  continueAsNew,
  proxyActivities,
  proxyLocalActivities,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type * as activities from './activities';
import { add, addBatch, events, keep } from './messages';
import type { Batch, Item } from './messages';

// Plain SDK code of the same behaviour as `workflows.ts`: a buffer and a dedupe window, both carried over at the same limit. A file of
// its own, so that its workflows don't load what they don't use.

const { work, commits, heartbeats } = proxyActivities<typeof activities>({
  startToCloseTimeout: '10 minutes',
  heartbeatTimeout: '1 minute',
});

const { count } = proxyLocalActivities<typeof activities>({ startToCloseTimeout: '10 minutes' });

interface Carried {
  items: Item[];
  seen: string[];
  done: number;
  last: boolean;
}

export async function plainWork(carried?: Carried): Promise<number> {
  return await queue(
    carried,
    events,
    ({ id }) => work(id),
    (next) => continueAsNew<typeof plainWork>(next),
  );
}

export async function plainSteady(carried?: Carried): Promise<number> {
  return await queue(
    carried,
    4_000,
    ({ id }) => work(id),
    (next) => continueAsNew<typeof plainSteady>(next),
  );
}

export async function plainCount(carried?: Carried): Promise<number> {
  return await queue(carried, 4_000, undefined, (next) => continueAsNew<typeof plainCount>(next));
}

async function queue(
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
  const full = (): boolean => workflowInfo().continueAsNewSuggested || workflowInfo().historyLength >= limit;
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

/** A queue as most begin with it: it never continues as new. A local activity an item. */
export async function plainBatches(): Promise<void> {
  const batches: Batch[] = [];
  const known = new Set<string>();
  setHandler(addBatch, (batch) => {
    if (known.has(batch.id)) return;
    known.add(batch.id);
    if (known.size > keep) known.delete(known.values().next().value ?? '');
    batches.push(batch);
  });
  for (;;) {
    await condition(() => batches.length > 0);
    const { items } = batches.shift() ?? { items: [] };
    await Promise.all(items.map((id) => count(id)));
  }
}

/** Milliseconds that each of `times` acknowledged checkpoints took. */
export async function acknowledged(kind: 'longhaul' | 'plain', times: number): Promise<number[]> {
  return kind === 'longhaul' ? await commits(times) : await heartbeats(times);
}
