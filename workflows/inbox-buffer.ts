import { CancellationScope, condition, log } from '@temporalio/workflow';
import { isWithin, leasesWithinBranch } from './branch';
import type { Lessor } from './branch';
import type { DeadLetters } from './dead-letters';
import { DedupeWindow } from './dedupe-window';
import type { EarlyUpdates } from './early-updates';
import type { CarriedInbox, DeadLetter, Entry } from './envelope';
import { longhaulFailure } from './failure';
import { checkForEach, forEachOf } from './for-each';
import type { ForEachOptions } from './for-each';
import type { Growth } from './growth';
import type { Inbox, InboxDeclaration } from './inbox';
import { itemFailure } from './item-failure';
import type { ItemFailure } from './item-failure';
import { Replies } from './replies';
import type { Reply } from './replies';
import { Replying } from './replying';
import { waitingOn } from './waits';
import { BacklogMeter } from './metrics';
import { workflowNow } from './workflow-now';

/** What an inbox needs of the run that it belongs to. */
export interface InboxHost {
  readonly growth: Growth;
  readonly deadLetters: DeadLetters;
  /** Whether the run must roll over at its next safe point. Pure: it is a condition's predicate. */
  mustRollOver(): boolean;
  /** Parks the reader until the rollover is withdrawn or `wake` turns true; it never returns when the run rolls over. */
  park(wake?: () => boolean): Promise<void>;
  /** Whether nothing new is handed out. Pure. */
  readonly paused?: boolean;
  /** Holds back what updates bring before the body begins. @default nothing is held back */
  readonly early?: EarlyUpdates;
}

/** What an inbox carries beside `CarriedInbox`, in the envelope's extension `inboxes`. */
export interface InboxExtension {
  /** When the ids of the dedupe window were received. */
  ages?: [string, number][];
  replies?: [string, Reply][];
}

/** Whether what `dedupe.by` gave is no id: missing, empty, or neither text nor a number. All such items would share one. */
function isNone(given: unknown): boolean {
  return typeof given === 'number' ? Number.isNaN(given) : typeof given !== 'string' || given === '';
}

/** An item's id, and whether it is none in truth. */
interface Given {
  id?: string;
  none: boolean;
}

const nothing: CarriedInbox = { items: [], seen: [], received: 0, duplicates: 0 };

/** The items of one inbox, from their message to the end of their handling. */
export class InboxBuffer<T> implements Inbox<T, unknown>, Lessor {
  readonly onLeftover: 'rollOver' | 'fail' | 'discard';
  received: number;
  duplicates: number;

  private items: Entry<T>[];
  private readonly window: DedupeWindow;
  private readonly replies: Replies;
  private readonly replying = new Replying();
  /** Not seen by the body yet. */
  private readonly arriving = new Set<Entry<T>>();
  private readonly leased = new Set<Entry<T>>();
  private readonly leasedIn = new WeakMap<Entry<T>, CancellationScope>();
  private readonly failures = new WeakMap<Entry<T>, unknown>();
  /** The scope of the reader that waits. */
  private reader: { readonly scope: CancellationScope } | undefined;
  /** The loop that reads it now. */
  loop: { readonly owes: boolean } | undefined;
  private readonly meter = new BacklogMeter();
  private full: boolean;

  constructor(
    readonly name: string,
    private readonly declaration: Pick<InboxDeclaration<T>, 'options'>,
    readonly host: InboxHost,
    carried: CarriedInbox = nothing,
    { ages, replies }: InboxExtension = {},
  ) {
    const { dedupe, reply, onLeftover = 'rollOver' } = declaration.options;
    this.items = [...carried.items] as Entry<T>[];
    this.window = new DedupeWindow(dedupe, carried.seen, ages, (id) => this.replies.forget(id));
    // Older code also carried those whose id was forgotten before the item was done.
    this.replies = new Replies(
      reply === 'done',
      replies?.filter(([id]) => this.window.holds(id)),
    );
    this.received = carried.received;
    this.duplicates = carried.duplicates;
    this.onLeftover = onLeftover;
    this.full = this.isOver();
  }

  get depth(): number {
    return this.items.length;
  }

  get leases(): number {
    return this.leased.size;
  }

  get oldestAt(): number | undefined {
    return this.items[0]?.at;
  }

  /** Whether updates fill it, which are answered. */
  get isOfUpdates(): boolean {
    return this.declaration.options.reply !== undefined;
  }

  /** Whether somebody reads it, or works on what it handed out. */
  get isRead(): boolean {
    return this.reader !== undefined || this.leased.size > 0;
  }

  get waiting(): readonly Entry<T>[] {
    return this.items;
  }

  /** Whether an item waits whose reply an update waits for: a rollover waits for those. */
  get owesWaiting(): boolean {
    return this.host.paused !== true && this.replies.owesAny && this.items.some((entry) => this.replies.owes(entry));
  }

  /** Items that may be handed out now: those that are owed a reply are the only ones when a rollover is due. */
  get mayLeave(): readonly Entry<T>[] {
    if (this.host.paused) return [];
    return this.host.mustRollOver() ? this.items.filter((entry) => this.replies.owes(entry)) : this.items;
  }

  get available(): boolean {
    if (this.items.length === 0 || this.host.paused || this.replying.any) return false;
    return !this.host.mustRollOver() || this.owesWaiting;
  }

  /** The signal handler. Synchronous, and only enqueues, so that it never keeps a rollover waiting. */
  receive(item: T): void {
    this.received += 1;
    const refuse = (error: string): void => {
      this.host.deadLetters.keep({ inbox: this.name, item, error, at: workflowNow() });
    };
    let given: Given;
    // An error here would fail the workflow task for ever: one malformed signal must not stop the others.
    try {
      this.validate(item);
    } catch (error) {
      refuse(`validate refused it: ${String(error)}`);
      return;
    }
    try {
      given = this.givenId(item);
    } catch (error) {
      refuse(`dedupe.by failed: ${String(error)}`);
      return;
    }
    const { id, none } = given;
    if (none && id !== undefined && this.window.has(id)) {
      // All items without an id share this one, and a second one is no duplicate: dropped, it would be lost.
      refuse('dedupe.by gave no id, as for an item before it');
      return;
    }
    this.enter(item, id);
  }

  /** The validator of an update: runs before it is recorded, and not in replay. Pure. */
  admit(item: T, leaving: boolean): void {
    const { reply } = this.declaration.options;
    try {
      this.validate(item);
    } catch (error) {
      throw longhaulFailure('LonghaulBadItem', `inbox '${this.name}' refuses the item: ${String(error)}`);
    }
    const { id, none } = this.readId(item);
    if (none) {
      throw longhaulFailure('LonghaulBadItem', `inbox '${this.name}' can't read the item's id: dedupe.by gave none`);
    }
    const known = id !== undefined && this.window.has(id);
    if (known && (reply === 'accepted' || this.replies.has(id))) return;
    if (reply === 'done' && leaving) {
      throw longhaulFailure(
        'LonghaulRollingOver',
        `inbox '${this.name}': the run is about to roll over; send it again`,
        {
          retryable: true,
        },
      );
    }
    const held = this.items.length + this.arriving.size;
    const most = this.capacity * this.host.growth.leniency;
    if (!known && held >= most) {
      throw longhaulFailure(
        'LonghaulInboxFull',
        `inbox '${this.name}' holds ${held} items, and takes ${this.capacity}; send it again later`,
        { retryable: true, details: [{ inbox: this.name, depth: held }] },
      );
    }
  }

  /** The handler of an update declared `reply: 'accepted'`. */
  accept(item: T): void {
    const { id } = this.readId(item);
    this.replying.begin();
    this.received += 1;
    this.enter(item, id, (entry) => this.arrive(entry));
  }

  /** The handler of an update declared `reply: 'done'`. */
  async answer(item: T): Promise<unknown> {
    const { id } = this.readId(item);
    this.received += 1;
    const entered = this.enter(item, id, (entry) => this.arrive(entry));
    const entry = entered ?? [...this.leased, ...this.items, ...this.arriving].find((other) => other.id === id);
    if (entry) return await this.replies.wait(entry);
    this.replying.begin();
    if (id !== undefined && this.replies.has(id)) return this.replies.repeat(id);
    throw longhaulFailure(
      'LonghaulUnanswered',
      `inbox '${this.name}': the item '${id}' was received before, and what it was answered with is not kept`,
    );
  }

  peek(): T | undefined {
    return this.items[0]?.item;
  }

  async next(): Promise<T> {
    const [item] = await this.take(1);
    return item as T;
  }

  async take(max: number): Promise<T[]> {
    if (!Number.isInteger(max) || max < 1) {
      throw new TypeError(`inbox '${this.name}': take(${max}) needs a whole number of at least 1`);
    }
    return await this.read(async () => {
      this.settleAll();
      for (;;) {
        // eslint-disable-next-line longhaul/patch-hygiene -- asked only once the limit is reached: a replay knows the marker in that very task
        await condition(() => this.host.mustRollOver() || this.available);
        if (this.available) break;
        await this.host.park(() => this.available);
      }
      return this.lease(max).map(({ item }) => item);
    });
  }

  async drain(): Promise<T[]> {
    return await this.read(async () => {
      this.settleAll();
      for (;;) {
        // eslint-disable-next-line longhaul/patch-hygiene -- asked only once the limit is reached: a replay knows the marker in that very task
        await condition(() => this.host.mustRollOver() || (this.host.paused !== true && !this.replying.any));
        if (!this.host.mustRollOver() || this.available) break;
        await this.host.park(() => this.available);
      }
      return this.lease(Infinity).map(({ item }) => item);
    });
  }

  settle(): void {
    if (this.loop) {
      // longhaul-ignore no-plain-error: misuse: the task waits for corrected code
      throw new Error(
        `inbox '${this.name}': settle() is for next, take and drain; forEach ends each item with its handler`,
      );
    }
    this.settleAll();
  }

  [Symbol.asyncIterator](): AsyncIterator<T> {
    return { next: async () => ({ done: false, value: await this.next() }) };
  }

  async forEach(handler: (item: T) => Promise<unknown>, options: ForEachOptions<T> = {}): Promise<void> {
    checkForEach(this.name, handler, options);
    await this.read(() => forEachOf(this, handler, options));
  }

  /** Hands out up to a number of items, or those given. */
  lease(which: number | Entry<T>[]): Entry<T>[] {
    const chosen = this.takeOut(which);
    leasesWithinBranch(this);
    for (const entry of chosen) {
      this.leased.add(entry);
      this.leasedIn.set(entry, CancellationScope.current());
    }
    if (this.full && this.items.length <= this.capacity * 0.8) this.full = false;
    return chosen;
  }

  private takeOut(which: number | Entry<T>[]): Entry<T>[] {
    // What each turn of a plain loop does: it must not look at all that wait.
    if (typeof which === 'number' && !this.host.mustRollOver()) return this.items.splice(0, which);
    const chosen = typeof which === 'number' ? this.mayLeave.slice(0, which) : which;
    const taken = new Set(chosen);
    this.items = this.items.filter((entry) => !taken.has(entry));
    return chosen;
  }

  /** Puts an item back that was taken out of the dead letters. Its id is not asked for: it is in the window. */
  redrive({ item, id, at }: Pick<DeadLetter, 'item' | 'id' | 'at'>): void {
    if (id !== undefined) this.replies.forget(id);
    this.replying.begin();
    this.arrive({ item: item as T, ...(id === undefined ? {} : { id }), at });
  }

  /** @throws what the inbox's `validate` throws. */
  validate(item: T): void {
    const answer = this.declaration.options.validate?.(item);
    if (!(answer instanceof Promise)) return;
    // Too late for it to refuse anything; unhandled, it would fail the workflow task.
    answer.catch(() => undefined);
    throw new TypeError('it returned a promise; make it synchronous');
  }

  /** The item's id, where the inbox has ids. @throws what `dedupe.by` throws. */
  idOf(item: T): string | undefined {
    return this.givenId(item).id;
  }

  private givenId(item: T): Given {
    const { dedupe } = this.declaration.options;
    if (!dedupe) return { none: false };
    const given: unknown = dedupe.by(item);
    return { id: String(given), none: isNone(given) };
  }

  /** Puts everything handed out back, in its old order: a rollover could not wait for it any longer. */
  returnLeases(): void {
    this.giveBack([...this.leased]);
  }

  /** Puts back what a branch of `firstOf` or `withTimeout` that lost still has in its hand. */
  takeBack(branch: CancellationScope): void {
    const within = (entry: Entry<T>) => isWithin(this.leasedIn.get(entry), branch);
    this.giveBack([...this.leased].filter(within));
  }

  /** Fails the updates that wait for a reply. */
  turnAway(failure: Error): void {
    this.replies.turnAway(failure);
  }

  get owes(): boolean {
    return this.replies.owesAny;
  }

  /** Whether an update waits for the reply to this item. */
  owesFor(entry: Entry<T>): boolean {
    return this.replies.owes(entry);
  }

  /** Whether an update waits for the reply to an item that nobody will take before a rollover: waiting for that is in vain. */
  get owesInVain(): boolean {
    const mayBeTaken = this.isRead && this.host.paused !== true && (this.loop?.owes ?? true);
    return !mayBeTaken && this.items.some((entry) => this.replies.owes(entry));
  }

  /** Remembers that an attempt failed. @returns false if the item is no longer in hand. */
  fail(entry: Entry<T>, error: unknown): boolean {
    entry.attempts = (entry.attempts ?? 0) + 1;
    this.failures.set(entry, error);
    return this.leased.has(entry);
  }

  /** Ends all leases as handled, but for those whose failure the body let pass. */
  settleAll(): void {
    for (const entry of [...this.leased]) {
      if (this.failures.has(entry)) this.end(entry, { failure: itemFailure(this.failures.get(entry)) });
      else this.settleOne(entry);
    }
  }

  /** Ends a lease as handled. */
  settleOne(entry: Entry<T>, value?: unknown): void {
    this.end(entry, { value });
  }

  /** Ends all leases as failed. */
  buryLeases(error: unknown): void {
    for (const entry of [...this.leased]) this.bury(entry, error);
  }

  /** Ends the leases that have a failure of their own. @returns whether there was one. */
  buryFailed(): boolean {
    const failed = [...this.leased].filter((entry) => this.failures.has(entry));
    for (const entry of failed) this.bury(entry, this.failures.get(entry));
    return failed.length > 0;
  }

  /** Ends a lease as failed. */
  bury(entry: Entry<T>, error: unknown, prefix = ''): void {
    if (!this.leased.has(entry)) return;
    const { item, id, at, attempts = 1 } = entry;
    const { message, type }: ItemFailure = itemFailure(error);
    const failure = { message: `${prefix}${message}`, ...(type === undefined ? {} : { type }) };
    const named = id === undefined ? {} : { id };
    this.host.deadLetters.keep({
      inbox: this.name,
      ...named,
      item,
      error: failure.message,
      at,
      attempts,
      ...(type === undefined ? {} : { type }),
    });
    this.end(entry, { failure });
  }

  giveBack(entries: Entry<T>[]): void {
    const returned = entries.filter((entry) => this.leased.delete(entry));
    for (const entry of returned) this.failures.delete(entry);
    this.items = [...returned, ...this.items];
  }

  carry(): CarriedInbox {
    return { items: this.items, seen: this.window.seen, received: this.received, duplicates: this.duplicates };
  }

  carryMore(): InboxExtension | undefined {
    const { ages } = this.window;
    const replies = this.replies.carry();
    if (!ages && !replies) return undefined;
    return { ...(ages && { ages }), ...(replies && { replies }) };
  }

  /** One reader at a time. One that has been cancelled, and has yet to end, is waited for: clean-up may come to the inbox sooner. */
  async read<R>(reader: () => Promise<R>): Promise<R> {
    for (let other = this.reader; other; other = this.reader) {
      if (!other.scope.consideredCancelled) {
        // longhaul-ignore no-plain-error: misuse: the task waits for corrected code
        throw new Error(
          `inbox '${this.name}' already has a reader that waits; read it in one place, with forEach({ concurrency }) for more at once`,
        );
      }
      const cancelled = other;
      await condition(() => this.reader !== cancelled);
    }
    this.reader = { scope: CancellationScope.current() };
    const done = waitingOn({ kind: 'inbox', what: this.name });
    try {
      return await reader();
    } finally {
      done();
      this.reader = undefined;
    }
  }

  /** @returns undefined for one that was received before. */
  private enter(
    item: T,
    id: string | undefined,
    push: (entry: Entry<T>) => void = (entry) => this.push(entry),
  ): Entry<T> | undefined {
    const at = workflowNow();
    if (id !== undefined) {
      if (this.window.has(id)) {
        this.duplicates += 1;
        return undefined;
      }
      this.window.add(id);
    }
    const entry: Entry<T> = id === undefined ? { item, at } : { item, id, at };
    push(entry);
    return entry;
  }

  /** As `push`, for what an update brings. */
  private arrive(entry: Entry<T>): void {
    if (!this.host.early) {
      this.push(entry);
      return;
    }
    this.arriving.add(entry);
    this.host.early.admit(() => {
      this.arriving.delete(entry);
      this.push(entry);
    });
  }

  push(entry: Entry<T>): void {
    this.meter.measure(this.name, this.depth, this.oldestAt);
    this.items.push(entry);
    if (this.full || !this.isOver()) return;
    this.full = true;
    const { name, depth, capacity } = this;
    log.warn(`longhaul: inbox '${name}' holds more items than its capacity; signals are kept`, { depth, capacity });
  }

  private get capacity(): number {
    return this.declaration.options.capacity?.items ?? Infinity;
  }

  private isOver(): boolean {
    return this.items.length > this.capacity;
  }

  private readId(item: T): Given {
    try {
      return this.givenId(item);
    } catch (error) {
      throw longhaulFailure('LonghaulBadItem', `inbox '${this.name}' can't read the item's id: ${String(error)}`);
    }
  }

  private end(entry: Entry<T>, reply: Reply): void {
    if (!this.leased.delete(entry)) return;
    this.host.growth.countHandled();
    this.replies.answer(entry, reply, entry.id !== undefined && this.window.holds(entry.id));
  }
}
