import { setTimeout as wait } from 'node:timers/promises';
import { ApplicationFailure } from '@temporalio/common';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
import { startServer } from 'longhaul/testing';
import { decodeHistory, encodeHistory, type History } from '../../replay/proto';
import type { Random } from './random';

const done = (name: string): Promise<string> => Promise.resolve(name);
const activities = {
  one: done,
  two: done,
  three: done,
  note: done,
  slow: () => wait(60_000),
  broken: () => Promise.reject(ApplicationFailure.nonRetryable('broken')),
};

/** Runs each workflow of a file some times, with signals, an update and now and then a cancellation between, and fetches all runs. */
export async function recordRuns(
  workflowsPath: string,
  types: readonly string[],
  random: Random,
): Promise<Map<string, { workflowId: string; history: History }[]>> {
  const server = await startServer({ searchAttributes: { CustomKeywordField: 'Keyword' } });
  const connection = await Connection.connect({ address: server.address });
  const nativeConnection = await NativeConnection.connect({ address: server.address });
  const taskQueue = 'fuzz';
  const worker = await Worker.create({
    connection: nativeConnection,
    taskQueue,
    workflowsPath,
    activities,
    shutdownGraceTime: '0s',
  });
  const { workflow } = new Client({ connection });
  const recorded = new Map<string, { workflowId: string; history: History }[]>();

  async function play(type: string, workflowId: string, plan: { naps: number[]; cancel: boolean }): Promise<void> {
    const handle = await workflow.start(type, { taskQueue, workflowId, args: [1] });
    const current = workflow.getHandle(workflowId);
    for (const [index, nap] of plan.naps.entries()) {
      await wait(nap);
      const asked = index === 1 ? current.executeUpdate('ask') : current.signal('approve');
      await asked.catch(() => undefined); // it may have ended
    }
    if (plan.cancel) await current.cancel().catch(() => undefined);
    // One that waits for what never comes is as good, as an open history.
    const ended = handle.result().catch(() => undefined);
    await Promise.race([ended, wait(4_000)]);
    for (let runId: string | undefined = handle.firstExecutionRunId; runId !== undefined;) {
      const fetched: History = await workflow.getHandle(workflowId, runId).fetchHistory();
      const history = decodeHistory(encodeHistory(fetched));
      // One that was cancelled before its first workflow task has nothing to replay.
      if (history.events?.some((event) => event.workflowTaskCompletedEventAttributes)) {
        recorded.set(type, [...(recorded.get(type) ?? []), { workflowId, history }]);
      }
      runId = history.events?.at(-1)?.workflowExecutionContinuedAsNewEventAttributes?.newExecutionRunId ?? undefined;
    }
    await current.terminate().catch(() => undefined);
    await ended; // a call that is under way when the connection closes would end the process
  }

  try {
    await worker.runUntil(async () => {
      await workflow.start('ledger', { taskQueue, workflowId: 'ledger' });
      const plays = types.flatMap((type) =>
        ['a', 'b'].map((which) => {
          const naps = Array.from({ length: random.whole(0, 4) }, () => random.whole(0, 60));
          return { type, workflowId: `${type}-${which}`, plan: { naps, cancel: random.chance(0.15) } };
        }),
      );
      while (plays.length > 0) {
        const some = plays.splice(0, 12);
        await Promise.all(some.map(({ type, workflowId, plan }) => play(type, workflowId, plan)));
      }
    });
  } finally {
    await nativeConnection.close();
    await connection.close();
    await server.stop();
  }
  return recorded;
}
