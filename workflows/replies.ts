import { ApplicationFailure } from '@temporalio/common';
import type { Entry } from './envelope';
import type { ItemFailure } from './item-failure';

/** What an item was answered with; without a failure and a value it was nothing. JSON carries it. */
export interface Reply {
  value?: unknown;
  failure?: ItemFailure;
}

interface Waiter {
  resolve: (value: unknown) => void;
  reject: (failure: Error) => void;
}

/**
 * The replies of an inbox declared `reply: 'done'`: those that updates of this run wait for, and those given before, by item id.
 *
 * What waits does not travel: the server ends an update with its run.
 */
export class Replies {
  private readonly waiting = new Map<Entry, Waiter[]>();
  private readonly given: Map<string, Reply>;

  constructor(
    private readonly stores: boolean,
    carried: readonly (readonly [string, Reply])[] = [],
  ) {
    this.given = new Map(carried);
  }

  /** Whether an update waits for the item's reply. */
  owes(entry: Entry): boolean {
    return this.waiting.has(entry);
  }

  get owesAny(): boolean {
    return this.waiting.size > 0;
  }

  has(id: string): boolean {
    return this.given.has(id);
  }

  /** The reply given to the item before. @throws ApplicationFailure where that was a failure. */
  repeat(id: string): unknown {
    const { value, failure } = this.given.get(id) ?? {};
    if (failure) throw asFailure(failure);
    return value;
  }

  async wait(entry: Entry): Promise<unknown> {
    return await new Promise((resolve, reject) => {
      this.waiting.set(entry, [...(this.waiting.get(entry) ?? []), { resolve, reject }]);
    });
  }

  /** @param isKept Whether the item's id is remembered: the reply goes with it. */
  answer(entry: Entry, reply: Reply, isKept: boolean): void {
    if (this.stores && isKept && entry.id !== undefined) this.given.set(entry.id, reply);
    for (const { resolve, reject } of this.waiting.get(entry) ?? []) {
      if (reply.failure) reject(asFailure(reply.failure));
      else resolve(reply.value);
    }
    this.waiting.delete(entry);
  }

  /** Fails what waits; the items stay where they are. */
  turnAway(failure: Error): void {
    for (const waiters of this.waiting.values()) for (const { reject } of waiters) reject(failure);
    this.waiting.clear();
  }

  forget(id: string): void {
    this.given.delete(id);
  }

  carry(): [string, Reply][] | undefined {
    return this.given.size === 0 ? undefined : [...this.given];
  }
}

function asFailure({ message, type }: ItemFailure): ApplicationFailure {
  return ApplicationFailure.nonRetryable(message, type);
}
