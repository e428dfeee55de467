import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import type { WorkflowHandle, WorkflowHandleWithFirstExecutionRunId } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import type { WorkflowBundle } from '@temporalio/worker';
import { bundleOnce, startServer, workflowRuns } from 'longhaul/testing';
import type { Server, WorkflowRun } from 'longhaul/testing';
import { LonghaulPlugin } from 'longhaul/worker';
import * as activities from './activities';
import { add } from './messages';
import type { Item } from './messages';

export type Side = 'plain' | 'longhaul';

export const sides: readonly Side[] = ['plain', 'longhaul'];

/** Both sides once, the first to begin changing from round to round, so that what drifts meets both alike. */
export async function pair<T>(round: number, run: (side: Side) => Promise<T>): Promise<Record<Side, T>> {
  const order = round % 2 === 0 ? sides : [...sides].reverse();
  const results = {} as Record<Side, T>;
  for (const side of order) results[side] = await run(side);
  return results;
}

/** Every run of a workflow's chain, from the first. */
export async function runsOf(
  { client }: Bench,
  { workflowId, firstExecutionRunId: runId }: WorkflowHandleWithFirstExecutionRunId,
): Promise<WorkflowRun[]> {
  return await workflowRuns(client, { workflowId, runId });
}

/** A server of its own, in memory, and what all parts of the benchmark do with it. */
export class Bench {
  private constructor(
    readonly server: Server,
    readonly client: Client,
    readonly native: NativeConnection,
    private readonly bundles: Record<Side, WorkflowBundle>,
    /** For what processes of their own are given; deleted at the end. */
    readonly folder: string,
    readonly log: (line: string) => void,
  ) {}

  static async start(log: (line: string) => void): Promise<Bench> {
    const logging = { filter: 'ERROR', console: {} };
    Runtime.install({ logger: new DefaultLogger('ERROR'), telemetryOptions: { logging }, shutdownSignals: [] });
    const server = await startServer({ reuse: false });
    const client = new Client({ connection: await Connection.connect(server) });
    const native = await NativeConnection.connect({ address: server.address });
    const bundles = {
      plain: await bundleOnce(require.resolve('./plain-workflows')),
      longhaul: await bundleOnce(require.resolve('./workflows'), { plugins: [new LonghaulPlugin()] }),
    };
    const folder = await mkdtemp(join(tmpdir(), 'longhaul-bench-'));
    const bench = new Bench(server, client, native, bundles, folder, log);
    for (const side of sides) await writeFile(bench.bundlePath(side), bundles[side].code);
    return bench;
  }

  bundlePath(side: Side): string {
    return join(this.folder, `${side}.js`);
  }

  async stop(): Promise<void> {
    await this.client.connection.close();
    await this.native.close();
    await this.server.stop();
    await rm(this.folder, { recursive: true });
  }

  newTaskQueue = (): string => `bench-${randomUUID()}`;

  async start(type: string, taskQueue: string, args: unknown[] = []): Promise<WorkflowHandleWithFirstExecutionRunId> {
    const workflowId = `bench-${type}-${randomUUID()}`;
    return await this.client.workflow.start(type, { taskQueue, workflowId, args });
  }

  /** Runs a worker of one side's workflows in this process until `work` is done. */
  async withWorker<T>(side: Side, taskQueue: string, work: () => Promise<T>): Promise<T> {
    const worker = await Worker.create({
      connection: this.native,
      workflowBundle: this.bundles[side],
      activities,
      taskQueue,
      // One thread for workflows, so that the sides can't differ by how their workflows spread.
      workflowThreadPoolSize: 1,
    });
    return await worker.runUntil(work);
  }

  /** Signals `count` items to a workflow, several at once; the last one comes last and ends its queue. */
  async send(handle: WorkflowHandle, count: number, { from = 1, last = true } = {}): Promise<void> {
    const item = (number: number): Item => ({ id: `item-${number}`, ...(last && number === count ? { last } : {}) });
    let next = from;
    const lane = async (): Promise<void> => {
      for (let number = next++; number < count; number = next++) await handle.signal(add, item(number));
    };
    await Promise.all(Array.from({ length: 8 }, lane));
    await handle.signal(add, item(count));
  }
}
