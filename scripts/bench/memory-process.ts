import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';

// A process of its own: keeps waiting workflows in a worker's cache, and tells by IPC how its memory grew with their number.

export interface MemoryOrder {
  type: string;
  address: string;
  taskQueue: string;
  bundlePath: string;
  few: number;
  many: number;
}

async function main({ type, address, taskQueue, bundlePath, few, many }: MemoryOrder): Promise<void> {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  const client = new Client({ connection: await Connection.connect({ address }) });
  const worker = await Worker.create({
    connection: await NativeConnection.connect({ address }),
    workflowBundle: { code: readFileSync(bundlePath, 'utf8') },
    taskQueue,
    workflowThreadPoolSize: 1,
    maxCachedWorkflows: many,
  });
  const bytes = await worker.runUntil(async () => {
    const started: string[] = [];
    const startUpTo = async (count: number): Promise<number> => {
      while (started.length < count) {
        const workflowId = `${taskQueue}-${started.length}`;
        await client.workflow.start(type, { taskQueue, workflowId });
        started.push(workflowId);
      }
      while (worker.getStatus().numCachedWorkflows < count) await sleep(50);
      await sleep(500);
      return process.memoryUsage.rss();
    };
    const before = await startUpTo(few);
    const after = await startUpTo(many);
    for (const workflowId of started) await client.workflow.getHandle(workflowId).terminate();
    return (after - before) / (many - few);
  });
  process.send?.(bytes);
  process.disconnect();
}

main(JSON.parse(process.argv[2] ?? '') as MemoryOrder).catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
