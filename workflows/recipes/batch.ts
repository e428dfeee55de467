import { CancellationScope, condition } from '@temporalio/workflow';
import { TemporalFailure } from '@temporalio/common';
import { isBug } from '../bug';
import type { Duration } from '../duration';
import type { Inbox } from '../inbox';
import { workflowNow } from '../workflow-now';
import { Alarm } from './alarm';
import { checkRecipe, drain, endsFirst, entryOf, isCutOff, milliseconds, recipeState, wholeNumber } from './recipe-run';
import type { RecipeRun } from './recipe-run';

export interface BatchOptions<Item> {
  /** Where items arrive. */
  inbox: Inbox<Item>;

  /** Handles one batch: an activity. The items of a batch have one key. */
  work: (items: Item[], key: string) => Promise<unknown>;

  /** The key of an item. Must be pure. An item for which it throws is a failed batch of its own. @default one key for all */
  by?: (item: Item) => string;

  /** How many items make a batch full. @default 100 */
  maxSize?: number;

  /** How long the oldest item of a batch waits for it to become full. @default '1 minute' */
  maxWait?: Duration;

  /** How many batches are in hand at once. @default 10 */
  concurrency?: number;

  /** How many of them may have the same key; with 1 the items of a key stay in order. @default 1 */
  perKey?: number;

  /** Ends the queue once nothing is left; what is left then does not wait to become full. Pure. @default never */
  until?: () => boolean;
}

/** A batch whose work failed for good. */
export interface FailedBatch<Item> {
  key: string;
  items: Item[];
  error: string;
}

export interface BatchResult<Item> {
  batches: number;
  items: number;
  failed: number;
  /** The newest 100 of those that failed. */
  deadLetters: FailedBatch<Item>[];
}

interface Waiting<Item> {
  item: Item;
  at: number;
}

interface BatchState<Item> {
  version: 1;
  /** By key, oldest first. */
  waiting: Record<string, Waiting<Item>[]>;
  inHand: Record<string, { key: string; items: Item[] }>;
  begun: number;
  batches: number;
  items: number;
  failed: number;
  deadLetters: FailedBatch<Item>[];
}

const deadLettersKept = 100;

/**
 * Collects items into batches by size and age, and handles so many batches at once, per key and in all, over rollovers.
 *
 * What waits and what is in hand travels; its age too. A batch that fails goes to the dead letters and stops nobody else.
 *
 * @param key Tells this queue from others of the same body.
 * @returns what became of them, once `until` holds and nothing is left.
 * @throws CancelledFailure when it is cancelled, once what is in hand has ended. A second call goes on where the first one stopped.
 * @remarks Records one activity per batch, and at most one timer per `maxWait`. A batch that is still in hand `drainTimeout` after a
 *   rollover was due is handled again: its work must be idempotent. Adding or removing a call in a deployed workflow needs
 *   `patched()`; so does another size, age or concurrency while runs are open. Costs, in Temporal Cloud actions, one per signal,
 *   one per batch and at most one per `maxWait`.
 */
export async function batch<Item>(
  run: RecipeRun,
  key: string,
  options: BatchOptions<Item>,
): Promise<BatchResult<Item>> {
  const known = ['inbox', 'work', 'by', 'maxSize', 'maxWait', 'concurrency', 'perKey', 'until'];
  checkRecipe('batch', options, known, ['work']);
  const { inbox, work, by = () => '', maxSize = 100, maxWait = '1 minute', until = () => false } = options;
  const queue = new Batches<Item>(run, key, {
    maxSize: wholeNumber('batch', 'maxSize', maxSize),
    maxWaitMs: milliseconds('batch', 'maxWait', maxWait),
    concurrency: wholeNumber('batch', 'concurrency', options.concurrency ?? 10, 1, 1_000),
    perKey: wholeNumber('batch', 'perKey', options.perKey ?? 1, 1, 1_000),
  });
  const alarm = new Alarm();
  let failure: unknown;
  let turns = 0;
  let working = 0;
  const sort = (item: Item): void => {
    let key: string;
    try {
      key = by(item);
    } catch (error) {
      queue.refuse(item, error);
      return;
    }
    queue.add(item, key);
  };
  const begin = (id: string, items: Item[], of: string): void => {
    void run.hold(async () => {
      working += 1;
      try {
        await work(items, of);
        queue.end(id);
      } catch (error) {
        // It stays in hand: what was cut off is neither done nor failed, and a bug is mended and done again.
        if (!(error instanceof TemporalFailure) || isCutOff(error)) failure ??= error;
        else queue.end(id, error.cause?.message ?? error.message);
      }
      turns += 1;
      working -= 1;
    });
  };
  for (const { id, items, of } of queue.inHand()) begin(id, items, of);
  try {
    for (;;) {
      await drain(inbox, sort);
      // eslint-disable-next-line @typescript-eslint/only-throw-error -- as it was thrown
      if (failure !== undefined) throw failure;
      if (run.rollOverDue) {
        await run.safePoint();
        continue;
      }
      if (alarm.rings()) alarm.reset();
      for (const { id, items, of } of queue.take(until())) begin(id, items, of);
      if (queue.isEmpty() && until()) return queue.result();
      const due = queue.nextDue();
      if (due !== undefined) alarm.set(due);
      const seen = turns;
      const ended = until();
      await condition(
        () =>
          inbox.depth > 0 ||
          turns !== seen ||
          failure !== undefined ||
          alarm.rings() ||
          run.rollOverDue ||
          until() !== ended,
      );
    }
  } catch (error) {
    if (working > 0 && !isBug(error) && endsFirst()) await allEnded();
    throw isBug(failure) ? failure : error;
  } finally {
    alarm.stop();
  }

  async function allEnded(): Promise<void> {
    await CancellationScope.nonCancellable(() => condition(() => working === 0 || isBug(failure)));
  }
}

interface Sizes {
  maxSize: number;
  maxWaitMs: number;
  concurrency: number;
  perKey: number;
}

interface Begun<Item> {
  id: string;
  items: Item[];
  of: string;
}

/** What waits, by key, and what is in hand. */
class Batches<Item> {
  private readonly state: BatchState<Item>;
  private readonly open = new Map<string, number>();

  constructor(
    run: RecipeRun,
    key: string,
    private readonly sizes: Sizes,
  ) {
    this.state = recipeState<BatchState<Item>>(run, 'batch', key, () => ({
      version: 1,
      waiting: {},
      inHand: {},
      begun: 0,
      batches: 0,
      items: 0,
      failed: 0,
      deadLetters: [],
    }));
    for (const { key: of } of Object.values(this.state.inHand)) this.count(of, 1);
  }

  add(item: Item, key: string): void {
    entryOf(this.state.waiting, key, () => []).push({ item, at: workflowNow() });
  }

  /** An item that has no key: an error in the loop would fail the workflow task for ever, and one malformed item must not stop the others. */
  refuse(item: Item, error: unknown): void {
    this.state.failed += 1;
    this.bury({ key: '', items: [item], error: `by failed: ${String(error)}` });
  }

  inHand(): Begun<Item>[] {
    return Object.entries(this.state.inHand).map(([id, { key, items }]) => ({ id, items, of: key }));
  }

  /** Puts the batches that may begin now in hand: those whose oldest item waits longest first. */
  take(whatever: boolean): Begun<Item>[] {
    const taken: Begun<Item>[] = [];
    for (let key = this.ripest(whatever); key !== undefined; key = this.ripest(whatever)) {
      const own = this.state.waiting[key] ?? [];
      const items = own.splice(0, this.sizes.maxSize).map(({ item }) => item);
      // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- a table
      if (own.length === 0) delete this.state.waiting[key];
      this.state.begun += 1;
      const id = String(this.state.begun);
      this.state.inHand[id] = { key, items };
      this.count(key, 1);
      taken.push({ id, items, of: key });
    }
    return taken;
  }

  end(id: string, error?: string): void {
    const { state } = this;
    const { key, items } = state.inHand[id] ?? { key: '', items: [] };
    // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- a table
    delete state.inHand[id];
    this.count(key, -1);
    state.batches += 1;
    if (error === undefined) {
      state.items += items.length;
      return;
    }
    state.failed += 1;
    this.bury({ key, items, error });
  }

  /** When a batch becomes old enough that could begin then; undefined where only an end in hand or an item can change anything. */
  nextDue(): number | undefined {
    const { concurrency, perKey, maxWaitMs } = this.sizes;
    if (this.total() >= concurrency) return undefined;
    let due: number | undefined;
    for (const [key, [oldest]] of Object.entries(this.state.waiting)) {
      if (!oldest || (this.open.get(key) ?? 0) >= perKey) continue;
      due = Math.min(due ?? Infinity, oldest.at + maxWaitMs);
    }
    return due;
  }

  isEmpty(): boolean {
    return this.total() === 0 && Object.keys(this.state.waiting).length === 0;
  }

  result(): BatchResult<Item> {
    const { batches, items, failed, deadLetters } = this.state;
    return { batches, items, failed, deadLetters: [...deadLetters] };
  }

  private bury(batch: FailedBatch<Item>): void {
    const { deadLetters } = this.state;
    deadLetters.push(batch);
    if (deadLetters.length > deadLettersKept) deadLetters.shift();
  }

  private ripest(whatever: boolean): string | undefined {
    const { maxSize, maxWaitMs, concurrency, perKey } = this.sizes;
    if (this.total() >= concurrency) return undefined;
    const now = workflowNow();
    let found: { key: string; at: number } | undefined;
    for (const [key, own] of Object.entries(this.state.waiting)) {
      const [oldest] = own;
      if (!oldest || (this.open.get(key) ?? 0) >= perKey) continue;
      if (!whatever && own.length < maxSize && now - oldest.at < maxWaitMs) continue;
      if (found === undefined || oldest.at < found.at) found = { key, at: oldest.at };
    }
    return found?.key;
  }

  private total(): number {
    return Object.keys(this.state.inHand).length;
  }

  private count(key: string, change: 1 | -1): void {
    const open = (this.open.get(key) ?? 0) + change;
    if (open === 0) this.open.delete(key);
    else this.open.set(key, open);
  }
}
