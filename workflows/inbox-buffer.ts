import { CancellationScope, condition, isCancellation } from '@temporalio/workflow';
import { isWithin, leasesWithinBranch } from './branch';
import type { Lessor } from './branch';
import type { DeadLetters } from './dead-letters';
import type { CarriedInbox, Entry } from './envelope';
import type { Growth } from './growth';
import type { ForEachOptions, Inbox, InboxDeclaration } from './inbox';
import { waitingOn } from './waits';
import { withItem } from './item-context';
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
}

const none: CarriedInbox = { items: [], seen: [], received: 0, duplicates: 0 };

export class InboxBuffer<T> implements Inbox<T>, Lessor {
  readonly onLeftover: 'rollOver' | 'fail' | 'discard';
  received: number;
  duplicates: number;

  private items: Entry<T>[];
  private readonly seen: Set<string>;
  private readonly leased = new Set<Entry<T>>();
  private readonly leasedIn = new WeakMap<Entry<T>, CancellationScope>();
  private reading = false;
  private readonly backlog = new BacklogMeter();

  constructor(
    private readonly name: string,
    private readonly declaration: InboxDeclaration<T>,
    private readonly host: InboxHost,
    carried: CarriedInbox = none,
  ) {
    this.items = [...carried.items] as Entry<T>[];
    this.seen = new Set(carried.seen);
    this.received = carried.received;
    this.duplicates = carried.duplicates;
    this.onLeftover = declaration.options.onLeftover ?? 'rollOver';
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

  /** The signal handler. Synchronous, and only enqueues, so that it never keeps a rollover waiting. */
  receive(item: T): void {
    const at = workflowNow();
    this.received += 1;
    const { dedupe } = this.declaration.options;
    let id: string | undefined;
    if (dedupe) {
      try {
        id = String(dedupe.by(item));
      } catch (error) {
        // An error here would fail the workflow task for ever: one malformed signal must not stop the others.
        this.host.deadLetters.keep({ inbox: this.name, item, error: `dedupe.by failed: ${String(error)}`, at });
        return;
      }
      if (this.seen.has(id)) {
        this.duplicates += 1;
        return;
      }
      this.seen.add(id);
      if (this.seen.size > (dedupe.keep ?? 1_000)) {
        const [oldest] = this.seen;
        if (oldest !== undefined) this.seen.delete(oldest);
      }
    }
    this.backlog.measure(this.name, this.depth, this.oldestAt);
    this.items.push(id === undefined ? { item, at } : { item, id, at });
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
        await condition(() => this.host.mustRollOver() || this.items.length > 0);
        if (!this.host.mustRollOver()) break;
        await this.host.park();
      }
      return this.lease(max).map(({ item }) => item);
    });
  }

  async forEach(
    handler: (item: T) => Promise<void>,
    { concurrency = 1, until = () => false }: ForEachOptions = {},
  ): Promise<void> {
    if (!Number.isInteger(concurrency) || concurrency < 1) {
      throw new TypeError(`inbox '${this.name}': concurrency is ${concurrency}; use a whole number of at least 1`);
    }
    await this.read(async () => {
      this.settleAll();
      const inHand = new Set<Promise<void>>();
      const failures: unknown[] = [];
      const scope = CancellationScope.current();
      const failed = () => failures.length > 0;
      const ended = () => inHand.size === 0 && this.items.length === 0 && until();
      const handle = async (entry: Entry<T>): Promise<void> => {
        try {
          await withItem(entry.id, () => handler(entry.item));
          this.settle(entry);
        } catch (error) {
          // Cut off, not failed: clean-up code may still want to handle it.
          if (isCancellation(error) && scope.consideredCancelled) this.giveBack([entry]);
          failures.push(error);
        }
      };
      try {
        for (;;) {
          await condition(
            () =>
              failed() || this.host.mustRollOver() || (inHand.size < concurrency && this.items.length > 0) || ended(),
          );
          if (failed()) break;
          if (ended()) return;
          if (this.host.mustRollOver()) {
            await this.host.park(failed);
            continue;
          }
          for (const entry of this.lease(concurrency - inHand.size)) {
            const work = handle(entry).finally(() => inHand.delete(work));
            inHand.add(work);
          }
        }
      } finally {
        // Nothing is left running behind the caller's back, also after a cancellation.
        await Promise.all(inHand);
      }
      throw failures[0];
    });
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

  /** Ends all leases as handled. */
  settleAll(): void {
    for (const entry of [...this.leased]) this.settle(entry);
  }

  /** Ends all leases as failed with `error`. */
  buryLeases(error: string): void {
    for (const { item, id, at } of this.leased) {
      this.host.deadLetters.keep({ inbox: this.name, ...(id === undefined ? {} : { id }), item, error, at });
    }
    this.settleAll();
  }

  carry(): CarriedInbox {
    return { items: this.items, seen: [...this.seen], received: this.received, duplicates: this.duplicates };
  }

  private async read<R>(reader: () => Promise<R>): Promise<R> {
    if (this.reading) {
      throw new Error(
        `inbox '${this.name}' already has a reader that waits; read it in one place, with forEach({ concurrency }) for more at once`,
      );
    }
    this.reading = true;
    const done = waitingOn({ kind: 'inbox', what: this.name });
    try {
      return await reader();
    } finally {
      done();
      this.reading = false;
    }
  }

  private lease(max: number): Entry<T>[] {
    const entries = this.items.splice(0, max);
    leasesWithinBranch(this);
    for (const entry of entries) {
      this.leased.add(entry);
      this.leasedIn.set(entry, CancellationScope.current());
    }
    return entries;
  }

  private settle(entry: Entry<T>): void {
    if (this.leased.delete(entry)) this.host.growth.countHandled();
  }

  private giveBack(entries: Entry<T>[]): void {
    const returned = entries.filter((entry) => this.leased.delete(entry));
    this.items = [...returned, ...this.items];
  }
}
