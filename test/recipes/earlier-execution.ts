import { proxyActivities, sleep } from '@temporalio/workflow';
import { longRunning } from 'longhaul/workflows';
import { childReportInbox, fanOutChildren, reportTo } from 'longhaul/recipes';
import type { ChildInput } from 'longhaul/recipes';
import type * as activities from './activities';

const { childOutcomes } = proxyActivities<typeof activities>({ startToCloseTimeout: '10 seconds' });

/** It goes on when its parent is terminated. */
export async function lingers({ item, report }: ChildInput<string>): Promise<string> {
  return await reportTo(report, async () => {
    await sleep(item.startsWith('old') ? 600 : 900);
    return item;
  });
}

export const parent = longRunning(
  'parent',
  { state: { version: 1, initial: (_items: string[]) => ({}) }, inboxes: { reports: childReportInbox() } },
  async (run) => {
    const { value } = await fanOutChildren(run, 'children', {
      pages: () => Promise.resolve({ items: run.args[0] }),
      child: lingers,
      inbox: run.inboxes.reports,
      value: [] as string[],
      add: (results, result, item) => [...results, `${item}: ${result}`],
      fallBack: { check: childOutcomes, every: 300 },
    });
    return value.sort();
  },
);

export async function sleeps(): Promise<void> {
  await sleep(800);
}

/** Leaves a child behind. */
export const starts = longRunning('starts', { state: { version: 1, initial: () => ({}) } }, async (run) => {
  const id = await run.startChild(sleeps, { args: [] });
  await sleep(300);
  return id;
});
