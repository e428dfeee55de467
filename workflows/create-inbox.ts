import { condition, setHandler } from '@temporalio/workflow';
import type { SignalDefinition } from '@temporalio/workflow';
import { DeadLetters } from './dead-letters';
import { checkInboxOptions } from './declared-inboxes';
import type { CarriedInbox, DeadLetter } from './envelope';
import type { Growth } from './growth';
import { growthOf, historyBudget } from './history-budget';
import type { HistoryBudget } from './history-budget';
import { inbox } from './inbox';
import type { ForEachOptions } from './for-each';
import type { Inbox, InboxOptions } from './inbox';
import { InboxBuffer } from './inbox-buffer';
import type { InboxExtension, InboxHost } from './inbox-buffer';

export interface CreateInboxOptions<T> extends Omit<InboxOptions<T>, 'onLeftover'> {
  /** Counts the signals received, and ends `forEach` when it is spent. @default a budget of its own, with the default limits */
  budget?: HistoryBudget;
}

/** What a plain workflow function hands on of an inbox. */
export interface CarriedPlainInbox extends CarriedInbox, InboxExtension {}

/** An inbox in a plain workflow function, which has to carry it by hand. */
export interface PlainInbox<T> extends Inbox<T> {
  /** Signals for which `validate` or `dedupe.by` threw, newest last. */
  readonly deadLetters: readonly DeadLetter[];

  /**
   * What the next run's `createInbox` takes as `carried`: what waits, and the dedupe window. Items that `next` or `take` handed
   * out count as handled; those that `forEach` has in hand go back to the front.
   */
  carry(): CarriedPlainInbox;
}

/**
 * Makes an inbox in a plain workflow function: the queue, order and dedupe window of a `longRunning` one, without its rollover.
 *
 * Create it before the first `await`, so that no signal comes before its handler, and pass `carry()` on with `rollOver`. `forEach`
 * returns when the budget is spent, once what it has in hand is done; `next` and `take` don't look at the budget.
 *
 * @param carried What `carry()` gave the last run. @default an empty inbox
 * @remarks Records nothing: signals are recorded by the server, and each is a Cloud action. What it carries is part of the next
 *   run's input, and costs none. Replacing a handler and queue of your own needs `patched()`.
 */
export function createInbox<T>(
  signal: SignalDefinition<[T]>,
  { budget = historyBudget(), ...options }: CreateInboxOptions<T> = {},
  carried?: CarriedPlainInbox,
): PlainInbox<T> {
  checkInboxOptions(`createInbox('${signal.name}')`, options as InboxOptions<unknown>);
  const plain = new PlainInboxBuffer<T>(signal, options, budget, carried);
  setHandler(signal, (item: T) => {
    budget.countSignal();
    plain.receive(item);
  });
  return plain;
}

class PlainInboxBuffer<T> extends InboxBuffer<T> implements PlainInbox<T> {
  readonly deadLetters: readonly DeadLetter[];
  private readonly plain: PlainHost;

  constructor(
    signal: SignalDefinition<[T]>,
    options: InboxOptions<T>,
    budget: HistoryBudget,
    carried: CarriedPlainInbox | undefined,
  ) {
    const host = new PlainHost(growthOf(budget), () => this.leases);
    super(signal.name, inbox(signal, options), host, carried, carried);
    this.plain = host;
    this.deadLetters = host.deadLetters.list;
  }

  override async forEach(handler: (item: T) => Promise<void>, options?: ForEachOptions<T>): Promise<void> {
    this.plain.loops += 1;
    try {
      await super.forEach(handler, options);
    } catch (error) {
      if (!(error instanceof BudgetSpent)) throw error;
    } finally {
      this.plain.loops -= 1;
    }
  }

  override carry(): CarriedPlainInbox {
    if (this.plain.loops > 0) this.returnLeases();
    else this.settleAll();
    return { ...super.carry(), ...this.carryMore() };
  }
}

/** What a plain workflow function is to its inbox: nothing rolls over, but a spent budget ends a loop. */
class PlainHost implements InboxHost {
  readonly deadLetters = new DeadLetters();
  /** How many calls of `forEach` are under way. */
  loops = 0;

  constructor(
    readonly growth: Growth,
    private readonly leases: () => number,
  ) {}

  mustRollOver(): boolean {
    return this.loops > 0 && this.growth.limitReached();
  }

  async park(wake: () => boolean = () => false): Promise<void> {
    await condition(() => wake() || this.leases() === 0);
    if (!wake()) throw new BudgetSpent();
  }
}

class BudgetSpent extends Error {}
