import { randomUUID } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { bundleOnce, startServer } from 'longhaul/testing';
import { parse, parseNumber, UsageError } from '../cli/parse';
import * as activities from './bench-fan-out/activities';
import { chainSize } from './bench-fan-out/chain';
import type { Load } from './bench-fan-out/workflows';

const usage = `Usage: npm run bench:fan-out -- [options]

Fans out over many items, an activity or a child each, and tells how large the histories became.

  --items N        default: 100000
  --concurrency N  items in hand at once; default: 100
  --page N         items a page; default: 500
  --children       a child workflow per item, in place of an activity
  --help           show this

Exit status: 0 done, 1 a result or a history was not as it should be, 2 wrong use, 3 the environment failed.`;

const options = {
  items: { type: 'string' },
  concurrency: { type: 'string' },
  page: { type: 'string' },
  children: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** The default limit of a run, and what may be in hand when it is reached: four events each. */
const threshold = (concurrency: number): number => 4_000 + 4 * concurrency + 100;

async function main(argv: readonly string[]): Promise<void> {
  const { values, positionals } = parse(argv, options);
  if (values.help) {
    console.log(usage);
    return;
  }
  if (positionals[0] !== undefined) throw new UsageError(`takes no argument '${positionals[0]}'. See --help.`);
  const load: Load = {
    items: parseNumber('--items', values.items, 1, 100_000_000) ?? 100_000,
    concurrency: parseNumber('--concurrency', values.concurrency, 1, 1_000) ?? 100,
    page: parseNumber('--page', values.page, 1, 10_000) ?? 500,
  };
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  const server = await startServer();
  const connection = await Connection.connect({ address: server.address });
  const nativeConnection = await NativeConnection.connect({ address: server.address });
  try {
    const worker = await Worker.create({
      connection: nativeConnection,
      taskQueue: `bench-${randomUUID()}`,
      workflowBundle: await bundleOnce(require.resolve('./bench-fan-out/workflows')),
      activities,
      maxConcurrentActivityTaskExecutions: load.concurrency,
    });
    const client = new Client({ connection });
    await worker.runUntil(() => measure(client, worker.options.taskQueue, load, values.children ?? false));
  } finally {
    await nativeConnection.close();
    await connection.close();
    await server.stop();
  }
}

async function measure(client: Client, taskQueue: string, load: Load, children: boolean): Promise<void> {
  const { items, concurrency } = load;
  const workflow = children ? 'addUpChildren' : 'addUp';
  const began = Date.now();
  const workflowId = `${workflow}-${randomUUID()}`;
  const handle = await client.workflow.start(workflow, { taskQueue, workflowId, args: [load] });
  const { sum, succeeded } = (await handle.result()) as { sum: number; succeeded: number };
  const seconds = (Date.now() - began) / 1_000;
  const size = await chainSize(client, workflowId, handle.firstExecutionRunId);
  const isRight = sum === (items * (items + 1)) / 2 && succeeded === items;
  const isSmall = size.events <= threshold(concurrency);
  console.log(
    [
      '| items | one each | in hand | runs | largest history, events | bytes | seconds | items/s | actions per item |',
      '| ----: | -------- | ------: | ---: | ----------------------: | ----: | ------: | ------: | ---------------: |',
      `| ${items} | ${children ? 'child' : 'activity'} | ${concurrency} | ${size.runs} | ${size.events} | ${size.bytes} | ${seconds.toFixed(0)} | ${(items / seconds).toFixed(0)} | ${(size.actions / items).toFixed(3)} |`,
    ].join('\n'),
  );
  if (!isRight) console.error(`The sum is ${sum} of ${succeeded} items, which is wrong.`);
  if (!isSmall) console.error(`A history has ${size.events} events, more than ${threshold(concurrency)}.`);
  if (!isRight || !isSmall) process.exitCode = 1;
}

main(process.argv.slice(2)).then(
  () => process.exit(),
  (error: unknown) => {
    const wrongUse = error instanceof UsageError;
    console.error(wrongUse ? `bench:fan-out: ${error.message}` : error);
    process.exit(wrongUse ? 2 : 3);
  },
);
