import { workflowInfo } from '@temporalio/workflow';
import { Growth } from './growth';
import { declareLimits } from './limits';
import type { RollOverLimits } from './limits';

/** Says when a plain workflow function should continue as new. */
export interface HistoryBudget {
  /** Whether a limit is reached, or the server suggests to continue as new, and this run has made progress. Pure. */
  readonly spent: boolean;
  /** The limits that this run keeps. */
  readonly limits: RollOverLimits;
  /** Count a signal that a handler of your own received; `createInbox` with this budget counts its own. */
  countSignal(): void;
  /** The code's limits, for the next run. */
  carry(): RollOverLimits;
}

const budgets = new WeakMap<HistoryBudget, Growth>();

/**
 * Watches the history of a plain workflow function, as `longRunning` does for its own: by events, bytes, the server's suggestion
 * and the signals received, which the suggestion does not count. Never by time or by iterations.
 *
 * @param carried What `carry()` of the last run gave. A limit decides when the continue-as-new is issued, so a run must keep the
 *   one that it began with: carry it, or change it behind `patched()`.
 * @throws TypeError when a limit is unknown, not a whole number, or out of its range.
 * @remarks Records nothing, and costs no Cloud action, but for one patch marker, of no charge, where signals that nobody handles
 *   make the difference for the limit. Ending a run by it where one did not end needs `patched()`.
 */
export function historyBudget(limits: Partial<RollOverLimits> = {}, carried?: RollOverLimits): HistoryBudget {
  const [declared] = declareLimits(workflowInfo().workflowType, limits);
  const growth = new Growth(carried ?? declared);
  const budget: HistoryBudget = {
    get spent() {
      return growth.limitReached();
    },
    limits: growth.limits,
    countSignal: () => growth.countSignal(),
    carry: () => declared,
  };
  budgets.set(budget, growth);
  return budget;
}

/** What a budget counts with. */
export function growthOf(budget: HistoryBudget): Growth {
  const growth = budgets.get(budget);
  if (!growth) throw new TypeError('The budget is none that historyBudget() made');
  return growth;
}
