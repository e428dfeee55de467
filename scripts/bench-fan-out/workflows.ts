import { proxyActivities } from '@temporalio/workflow';
import { longRunning } from 'longhaul/workflows';
import { childReportInbox, fanOut, fanOutChildren, reportTo } from 'longhaul/recipes';
import type { ChildInput } from 'longhaul/recipes';
import type * as activities from './activities';

const { numbersFrom, same, childOutcomes } = proxyActivities<typeof activities>({
  startToCloseTimeout: '50 seconds',
  scheduleToCloseTimeout: '10 minutes',
});

export interface Load {
  items: number;
  page: number;
  concurrency: number;
}

const state = { version: 1, initial: (_load: Load) => ({}) };
const sums = (load: Load) => ({
  pages: (cursor: number | undefined) => numbersFrom(cursor, load.items, load.page),
  concurrency: load.concurrency,
  value: { sum: 0 },
  add: ({ sum }: { sum: number }, n: number) => ({ sum: sum + n }),
});

/** Adds up the numbers, an activity each. */
export const addUp = longRunning('addUp', { state }, async (run) => {
  const { value, succeeded } = await fanOut(run, 'numbers', { ...sums(run.args[0]), work: same });
  return { sum: value.sum, succeeded };
});

export async function one({ item, report }: ChildInput<number>): Promise<number> {
  return await reportTo(report, () => Promise.resolve(item));
}

/** Adds up the numbers, a child each. */
export const addUpChildren = longRunning(
  'addUpChildren',
  { state, inboxes: { reports: childReportInbox() } },
  async (run) => {
    const { value, succeeded } = await fanOutChildren(run, 'numbers', {
      ...sums(run.args[0]),
      child: one,
      inbox: run.inboxes.reports,
      fallBack: { check: childOutcomes },
    });
    return { sum: value.sum, succeeded };
  },
);
