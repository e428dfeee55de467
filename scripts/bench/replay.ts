import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { WorkflowHandleWithFirstExecutionRunId } from '@temporalio/client';
import type { History } from '@temporalio/common/lib/proto-utils';
import { encodeHistory } from '../../replay/proto';
import { newRunId } from '../../testing/workflow-runs';
import { markdownTable } from '../support/markdown-table';
import { counted } from './activities';
import { sides } from './bench';
import type { Bench, Side } from './bench';
import { resultOf } from './child';
import type { ReplayOrder } from './replay-process';
import { median } from './statistics';
import { addBatch } from './messages';

/** Items of a signal, and how many may be on their way. */
const perSignal = 50;
const ahead = 4 * perSignal;

const replays = 3;

/** How long a worker takes to get a queue back that it does not have in its cache, by how much the queue has done. */
export async function coldReplay(bench: Bench, sizes: readonly number[]): Promise<string> {
  const rows: string[][] = [];
  for (const items of sizes) {
    for (const side of sides) {
      const { done, refusal, runs, events, seconds } = await replayAfter(bench, side, items);
      const name = side === 'plain' ? 'plain, never continued as new' : 'longhaul';
      rows.push([
        name,
        refusal === undefined ? String(items) : `${items}: ended after ${done}, "${refusal}"`,
        String(runs),
        String(events),
        seconds.toFixed(2),
      ]);
      bench.log(`replay: ${name} after ${done} items: ${runs} runs, ${events} events, ${seconds.toFixed(2)} s`);
    }
  }
  return markdownTable(['queue', 'items', 'runs', 'events of the longest run', 'cold replay of it, s of CPU'], rows);
}

async function replayAfter(bench: Bench, side: Side, items: number) {
  const taskQueue = bench.newTaskQueue();
  const handle = await bench.start(`${side}Batches`, taskQueue);
  const refusal = await bench.withWorker(side, taskQueue, () => drive(handle, items));
  const { longest, runs } = await chainOf(bench, handle);
  if (refusal === undefined) await handle.terminate();
  const historyPath = join(bench.folder, 'history');
  await writeFile(historyPath, encodeHistory(longest));
  const { workflowId } = handle;
  const order: ReplayOrder = { historyPath, bundlePath: bench.bundlePath(side), workflowId, replays };
  const times = await resultOf<number[]>(join(__dirname, 'replay-process.js'), order);
  return {
    done: counted.get(workflowId) ?? 0,
    refusal,
    runs,
    events: longest.events?.length ?? 0,
    seconds: median(times),
  };
}

/** Has the queue work off `items`. @returns why the server ended it before that. */
async function drive(handle: WorkflowHandleWithFirstExecutionRunId, items: number): Promise<string | undefined> {
  let refusal: string | undefined;
  handle.result().catch((error: unknown) => (refusal = reasonOf(error)));
  const done = () => counted.get(handle.workflowId) ?? 0;
  for (let sent = 0; done() < items && refusal === undefined;) {
    if (sent === items || sent - done() > ahead) {
      await sleep(2);
      continue;
    }
    const size = Math.min(perSignal, items - sent);
    const batch = { id: `batch-${sent}`, items: Array.from({ length: size }, (_, n) => `item-${sent + n}`) };
    sent += size;
    await handle.signal(addBatch, batch).catch((error: unknown) => (refusal ??= reasonOf(error)));
  }
  return refusal;
}

/** The run of a chain that takes longest to replay, and how many there are. One at a time: all of them may not fit into memory. */
async function chainOf(
  { client }: Bench,
  { workflowId, firstExecutionRunId }: WorkflowHandleWithFirstExecutionRunId,
): Promise<{ longest: History; runs: number }> {
  let longest: History = {};
  let runs = 0;
  for (let runId: string | undefined = firstExecutionRunId; runId !== undefined; runs += 1) {
    const history: History = await client.workflow.getHandle(workflowId, runId).fetchHistory();
    const events = history.events ?? [];
    if (events.length > (longest.events?.length ?? 0)) longest = history;
    const last = events.at(-1);
    runId = last === undefined ? undefined : newRunId(last);
  }
  return { longest, runs };
}

function reasonOf(error: unknown): string {
  const { cause, message } = error as Error;
  return (cause instanceof Error ? cause.message : message).replace(/^\d+ \w+: /, '');
}
