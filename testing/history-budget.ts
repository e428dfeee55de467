import type { Client, WorkflowHandle, WorkflowHandleWithFirstExecutionRunId } from '@temporalio/client';
import type { Workflow } from '@temporalio/common';

import { HistoryBudgetError } from './errors';
import { growthPerItem, type HistoryGrowth, type MeasuredRuns } from './history-growth';
import { workflowRuns } from './workflow-runs';

/** What one item may add to the history. */
export interface PerItemBudget {
  events?: number;
  /** As the server counts them. */
  bytes?: number;
  /** For one kind of event at a time, such as `{ TimerStarted: 0, ActivityTaskScheduled: 1 }`. */
  byKind?: Readonly<Record<string, number>>;
}

export interface HistoryBudgetOptions<T extends Workflow> {
  /** What `useServer` or `TestServer` gives: starts the workflow, while `drive` runs a worker works on it. */
  server: {
    readonly client: Client;
    start(workflow: T, args: Parameters<T>): Promise<WorkflowHandleWithFirstExecutionRunId<T>>;
    work<R>(check: () => Promise<R>): Promise<R>;
  };

  /** The workflow's arguments. */
  args: Parameters<T>;

  /** Sends that many items, and waits until they are done with. The workflow may be over then, or is terminated. */
  drive: (handle: WorkflowHandleWithFirstExecutionRunId<T>, items: number) => Promise<unknown>;

  perItem: PerItemBudget;

  /** How many items the two workflows take that are compared. @default [10, 60] */
  items?: readonly [few: number, many: number];
}

/**
 * Runs a workflow twice, over few items and over many, and fails if an item adds more to the history than it may.
 *
 * A history that grows by three events more per item rolls over twice as often, replays half as fast and costs more actions in
 * Temporal Cloud, and no other test notices.
 *
 * @returns what an item added, to note it or to set the budget by. Workflow tasks vary a little with timing: leave a margin.
 * @throws HistoryBudgetError that names the kinds of events over budget, and lists all.
 */
export async function historyBudget<T extends Workflow>(
  workflow: T,
  { server, args, drive, perItem, items = [10, 60] }: HistoryBudgetOptions<T>,
): Promise<HistoryGrowth> {
  const [few, many] = items;
  if (!(Number.isInteger(few) && Number.isInteger(many) && few >= 0 && few < many)) {
    throw new TypeError(`historyBudget compares few items with many; [${few}, ${many}] is not that.`);
  }
  const measure = async (count: number): Promise<MeasuredRuns> => {
    const handle = await server.start(workflow, args);
    await drive(handle, count);
    return { items: count, ...(await measured(server.client, handle)) };
  };
  const growth = await server.work(async () => growthPerItem(await measure(few), await measure(many)));
  const over = excesses(growth, perItem);
  if (over.length > 0) {
    throw new HistoryBudgetError(
      `Each item adds more to the history of ${workflow.name} than it may: ${over.join('; ')}.\n` +
        `Measured from ${few} to ${many} items, per item:\n${table(growth)}`,
    );
  }
  return growth;
}

async function measured(client: Client, handle: WorkflowHandle & { firstExecutionRunId: string }) {
  const { workflowId, firstExecutionRunId: runId } = handle;
  const runs = await workflowRuns(client, { workflowId, runId });
  let bytes = 0;
  for (const run of runs) {
    const { historySize = 0 } = await client.workflow.getHandle(run.workflowId, run.runId).describe();
    bytes += historySize;
  }
  if (runs.some(({ isOpen }) => isOpen)) await client.workflow.getHandle(workflowId).terminate('it was measured');
  return { runs, bytes };
}

function excesses(growth: HistoryGrowth, { events, bytes, byKind = {} }: PerItemBudget): string[] {
  const over: string[] = [];
  const check = (what: string, is: number, most: number | undefined): void => {
    if (most !== undefined && is > most + 1e-9) over.push(`${round(is)} ${what} over a budget of ${round(most)}`);
  };
  check('events', growth.events, events);
  check('bytes', growth.bytes, bytes);
  for (const [kind, most] of Object.entries(byKind)) check(kind, growth.byKind[kind] ?? 0, most);
  if (bytes !== undefined && growth.bytes === 0) {
    over.push('a budget in bytes, which this server does not count; use the dev server');
  }
  return over;
}

function table({ events, bytes, byKind }: HistoryGrowth): string {
  const rows = [...Object.entries(byKind), ['all events', events] as const, ['bytes', bytes] as const];
  return rows.map(([what, count]) => `  ${round(count).padStart(8)}  ${what}`).join('\n');
}

const round = (value: number): string => String(Math.round(value * 100) / 100);
