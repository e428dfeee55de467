import { CancellationScope, condition, patched } from '@temporalio/workflow';
import { TemporalFailure } from '@temporalio/common';
import { longhaulFailure } from '../failure';
import { workflowNow } from '../workflow-now';
import { checkRecipe, endsFirst, isCutOff, recipeState, wholeNumber } from './recipe-run';
import type { RecipeRun } from './recipe-run';

/** A part of the items, and where the next one begins. */
export interface Page<Item, Cursor> {
  items: Item[];
  /** Given to the next call; absent after the last page. */
  next?: Cursor;
}

export interface FanOutOptions<Item, Cursor, Value> {
  /** Fetches the page at `cursor`, or the first one: an activity. A page travels with a rollover: keep it below 100 KB. */
  pages: (cursor: Cursor | undefined) => Promise<Page<Item, Cursor>>;

  /** How many items are in hand at once, up to 1,000. @default 20 */
  concurrency?: number;

  /** What the results add up to: it is carried, so let it be sums, not lists. */
  value: Value;

  /** How many items may fail before it ends with `LonghaulFanOut`. @default any number */
  maxFailures?: number;
}

/** An item whose work failed for good. */
export interface FailedItem<Item> {
  item: Item;
  error: string;
}

export interface FanOutResult<Item, Value> {
  succeeded: number;
  failed: number;
  value: Value;
  /** The newest 100 of those that failed. */
  deadLetters: FailedItem<Item>[];
}

export interface ItemInHand {
  item: unknown;
  /** When it was begun, in milliseconds since the epoch. */
  since: number;
  /** A child that the server has accepted. */
  started?: true;
  /** A child's workflow id, where its usual one was taken. */
  workflowId?: string;
}

export interface FanOutState {
  version: 1;
  cursor?: unknown;
  exhausted: boolean;
  /** Fetched and not begun. */
  waiting: unknown[];
  /** By their number, which counts over all runs. */
  inHand: Record<string, ItemInHand>;
  begun: number;
  succeeded: number;
  failed: number;
  value: unknown;
  deadLetters: FailedItem<unknown>[];
}

const deadLettersKept = 100;

/**
 * Does `work` for each item of a source of any size, so many at once, over rollovers.
 *
 * A loop over millions of items outgrows its history, and `Promise.all` over them exceeds the server's 2,000 pending activities,
 * where it accepts none at all. This holds one page, a window of items in hand, and sums.
 *
 * @param key Tells this fan-out from others of the same body.
 * @param work An activity per item. A rollover waits for those in hand; what is still in hand after `drainTimeout` is done again.
 * @param add Adds a result to the value: `sum.bytes += bytes`, or return the new value.
 * @returns the sums, in each later run too.
 * @throws ApplicationFailure `LonghaulFanOut`, non-retryable, when more than `maxFailures` items failed; those in hand are finished.
 * @throws what `pages` threw, or the cancellation, once those in hand have ended. A second call goes on where the first one stopped.
 * @remarks Records what `work` records, and one activity a page. Adding or removing a call in a deployed workflow needs
 *   `patched()`; so does another concurrency while runs are open. Costs one Temporal Cloud action per item and one per page.
 */
export async function fanOut<Item, Cursor, Result, Value>(
  run: RecipeRun,
  key: string,
  options: FanOutOptions<Item, Cursor, Value> & {
    work: (item: Item) => Promise<Result>;
    add?: (value: Value, result: Result, item: Item) => Value;
  },
): Promise<FanOutResult<Item, Value>> {
  const known = ['pages', 'concurrency', 'value', 'maxFailures', 'work', 'add'];
  checkRecipe('fanOut', options, known, ['pages', 'work']);
  const { work, add = (value: Value) => value } = options;
  const window = new FanOutWindow(run, key, options);
  let failure: unknown;
  const begin = (id: string, item: Item): void => {
    void run.hold(async () => {
      window.working += 1;
      try {
        const result = await work(item);
        window.succeed(id, (value) => add(value as Value, result, item));
      } catch (error) {
        // It stays in hand: what was cut off is neither done nor failed, and a bug is mended and done again.
        if (!(error instanceof TemporalFailure) || isCutOff(error)) failure ??= error;
        else window.fail(id, error);
      } finally {
        window.working -= 1;
      }
    });
  };
  for (const [id, { item }] of window.inHand()) begin(id, item as Item);
  await window.run(begin, () => failure);
  return window.result() as FanOutResult<Item, Value>;
}

/** The items of a fan-out: those fetched, those in hand, and what became of the others. */
export class FanOutWindow<Item, Cursor, Value> {
  readonly state: FanOutState;
  private readonly concurrency: number;
  private readonly maxFailures: number;
  /** For how many items something is under way in this run. */
  working = 0;
  private fetching = false;
  private open: number;
  private turns = 0;
  private pageFailure: unknown;

  constructor(
    private readonly of: RecipeRun,
    private readonly key: string,
    private readonly options: FanOutOptions<Item, Cursor, Value>,
  ) {
    const { concurrency = 20, maxFailures = Infinity, value } = options;
    this.concurrency = wholeNumber('fanOut', 'concurrency', concurrency, 1, 1_000);
    this.maxFailures = maxFailures === Infinity ? Infinity : wholeNumber('fanOut', 'maxFailures', maxFailures, 0);
    this.state = recipeState<FanOutState>(of, 'fanOut', key, () => ({
      version: 1,
      exhausted: false,
      waiting: [],
      inHand: {},
      begun: 0,
      succeeded: 0,
      failed: 0,
      value,
      deadLetters: [],
    }));
    this.open = Object.keys(this.state.inHand).length;
  }

  inHand(): [string, ItemInHand][] {
    return Object.entries(this.state.inHand);
  }

  started(id: string): void {
    const entry = this.state.inHand[id];
    if (entry) entry.started = true;
  }

  succeed(id: string, add: (value: unknown) => unknown): void {
    if (!this.leave(id)) return;
    this.state.value = add(this.state.value) ?? this.state.value;
    this.state.succeeded += 1;
  }

  fail(id: string, error: Error): void {
    const { item } = this.state.inHand[id] ?? {};
    if (!this.leave(id)) return;
    this.state.failed += 1;
    this.state.deadLetters.push({ item, error: messageOf(error) });
    if (this.state.deadLetters.length > deadLettersKept) this.state.deadLetters.shift();
  }

  /**
   * Begins items until all have ended.
   *
   * @param begin Begins the work on an item and returns at once.
   * @param failure What ends the loop, once it returns something.
   * @param tend Called on each turn.
   */
  async run(
    begin: (id: string, item: Item) => void,
    failure: () => unknown,
    tend: { work: () => Promise<void>; due: () => boolean } = { work: () => Promise.resolve(), due: () => false },
  ): Promise<void> {
    try {
      for (;;) {
        await tend.work();
        if (failure() !== undefined || this.pageFailure !== undefined) {
          if (this.mustEnd(failure())) await this.end(failure);
          throw failure() ?? this.pageFailure;
        }
        if (this.tooManyFailed() && this.open === 0) throw this.tooMany();
        if (this.of.rollOverDue) {
          await this.of.safePoint();
          continue;
        }
        if (!this.tooManyFailed()) this.fill(begin);
        if (this.ended()) return;
        const { turns } = this;
        await condition(
          () =>
            this.turns !== turns ||
            failure() !== undefined ||
            this.pageFailure !== undefined ||
            this.of.rollOverDue ||
            tend.due(),
        );
      }
    } catch (error) {
      // Cut off by a cancellation.
      if (!isBug(error) && (this.working > 0 || this.fetching) && endsFirst()) await this.end(failure);
      throw isBug(failure()) ? failure() : error;
    }
  }

  /**
   * Whether what is under way has to end first: it would go on behind the caller's back, and a second call would begin it again.
   *
   * @remarks At first it had not to. Where it has it records a patch marker.
   */
  private mustEnd(failure: unknown): boolean {
    return !isBug(failure) && (this.working > 0 || this.fetching) && patched('longhaul.fanOut');
  }

  private async end(failure: () => unknown): Promise<void> {
    await CancellationScope.nonCancellable(() =>
      condition(() => (this.working === 0 && !this.fetching) || isBug(failure())),
    );
  }

  result(): FanOutResult<unknown, unknown> {
    const { succeeded, failed, value, deadLetters } = this.state;
    return { succeeded, failed, value, deadLetters: [...deadLetters] };
  }

  private fill(begin: (id: string, item: Item) => void): void {
    const { state } = this;
    while (this.open < this.concurrency && state.waiting.length > 0) {
      const item = state.waiting.shift() as Item;
      state.begun += 1;
      const id = String(state.begun);
      state.inHand[id] = { item, since: workflowNow() };
      this.open += 1;
      begin(id, item);
    }
    // The next page is on its way before the window runs dry.
    if (!state.exhausted && !this.fetching && state.waiting.length < this.concurrency) this.fetch();
  }

  private fetch(): void {
    this.fetching = true;
    void this.of.hold(async () => {
      try {
        const { items, next } = await this.options.pages(this.state.cursor as Cursor | undefined);
        this.state.waiting.push(...items);
        if (next === undefined || next === null) this.state.exhausted = true;
        else this.state.cursor = next;
      } catch (error) {
        this.pageFailure = error;
      }
      this.fetching = false;
      this.turns += 1;
    });
  }

  private leave(id: string): boolean {
    if (!Object.hasOwn(this.state.inHand, id)) return false;
    // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- a table
    delete this.state.inHand[id];
    this.open -= 1;
    this.turns += 1;
    return true;
  }

  private ended(): boolean {
    return this.state.exhausted && this.state.waiting.length === 0 && this.open === 0 && !this.fetching;
  }

  private tooManyFailed(): boolean {
    return this.state.failed > this.maxFailures;
  }

  private tooMany(): Error {
    const { succeeded, failed, deadLetters } = this.state;
    return longhaulFailure(
      'LonghaulFanOut',
      `fanOut '${this.key}' ended: ${failed} items failed, and maxFailures is ${this.maxFailures}`,
      { details: [{ succeeded, failed, deadLetters: deadLetters.slice(-10) }] },
    );
  }
}

function messageOf(error: Error): string {
  const { cause } = error;
  return cause instanceof Error ? cause.message : error.message;
}

/** What fails the workflow task, which must not wait for anything. */
function isBug(failure: unknown): boolean {
  return failure !== undefined && !(failure instanceof TemporalFailure);
}
