import assert from 'node:assert/strict';
import type { Client, WorkflowHandle } from '@temporalio/client';
import { Runtime } from '@temporalio/worker';
import { statusQuery } from 'longhaul/workflows';
import { addOrder } from './workflows/orders';
import type { Order } from './workflows/orders';

/** Ids `o1` to `on`. */
export const ids = (count: number): string[] => Array.from({ length: count }, (_, index) => `o${index + 1}`);

/** Signals orders `o1` to `on`, every tenth twice; the last one ends the queue unless it stays open. */
export async function sendOrders(
  handle: WorkflowHandle,
  count: number,
  { poison, last = true }: { poison?: string; last?: boolean } = {},
): Promise<void> {
  for (const [index, id] of ids(count).entries()) {
    const order: Order = { id, last: last && index === count - 1, poison: id === poison };
    await handle.signal(addOrder, order);
    if (index % 10 === 9 && !order.last) await handle.signal(addOrder, { id });
  }
}

/** How many runs the chain of a workflow has, and how long the longest history is. */
export async function chainOf(client: Client, { workflowId, firstExecutionRunId }: Chain): Promise<number[]> {
  const lengths: number[] = [];
  for (let runId: string | undefined = firstExecutionRunId; runId;) {
    const { events }: Awaited<ReturnType<WorkflowHandle['fetchHistory']>> = await client.workflow
      .getHandle(workflowId, runId)
      .fetchHistory();
    lengths.push(events?.length ?? 0);
    runId = events?.at(-1)?.workflowExecutionContinuedAsNewEventAttributes?.newExecutionRunId ?? undefined;
  }
  return lengths;
}

interface Chain {
  workflowId: string;
  firstExecutionRunId: string;
}

/** Waits until the workflow's task fails, and returns the message of the failure. */
export async function taskFailure(handle: WorkflowHandle): Promise<string> {
  for (let tries = 0; tries < 200; tries += 1) {
    const { events } = await handle.fetchHistory();
    const failed = events?.find((event) => event.workflowTaskFailedEventAttributes);
    if (failed) return failed.workflowTaskFailedEventAttributes?.failure?.message ?? '';
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.fail('no workflow task failed');
}

/** Asks until the answer is right, for at most 15 seconds. */
export async function until<T>(ask: () => Promise<T>, isRight: (answer: T) => boolean): Promise<T> {
  let answer: unknown;
  for (let tries = 0; tries < 600; tries += 1) {
    try {
      const now = await ask();
      if (isRight(now)) return now;
      answer = now;
    } catch (error) {
      answer = error;
    }
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  assert.fail(`last answer: ${answer instanceof Error ? answer.message : JSON.stringify(answer)}`);
}

/** Waits until the newest run of a `longRunning` workflow is the one with this number, and has begun. */
export async function inRun(handle: WorkflowHandle, number: number): Promise<void> {
  await until(
    () => handle.query(statusQuery),
    ({ run }) => run >= number,
  );
}

/** Collects what workers warn of from now on. */
export function warningsHeard(): () => string[] {
  const { logger } = Runtime.instance();
  const heard: string[] = [];
  const warn = logger.warn.bind(logger);
  logger.warn = (message, meta) => {
    heard.push(message);
    warn(message, meta);
  };
  return () => heard;
}
