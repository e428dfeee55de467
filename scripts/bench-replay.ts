import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { startServer } from 'longhaul/testing';
import { parse, parseNumber } from '../cli/parse';
import { encodeHistory } from '../replay/proto';
import * as activities from './bench-replay/activities';
import { measure } from './bench-replay/measure';
import { type Way, ways } from './bench-replay/way-process';
import { steps } from './bench-replay/workflows';
import { markdownTable } from './support/markdown-table';
import { runScript } from './support/run-script';

const usage = `Usage: npm run bench:replay -- [options]

Replays many histories as a loop over Worker.runReplayHistory, as the SDK's batch, and with longhaul.

  --small N    histories of 60 events; default: 500
  --medium N   histories of 2,000 events; default: 100
  --large N    histories of 10,000 events; default: 10
  --loop N     the loop takes so long that it replays no more than these, and the rest is reckoned; default: 20
  --help       show this`;

const options = {
  small: { type: 'string' },
  medium: { type: 'string' },
  large: { type: 'string' },
  loop: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

async function main(argv: readonly string[]): Promise<number> {
  const { values } = parse(argv, options);
  if (values.help) return (console.log(usage), 0);
  const number = (name: 'small' | 'medium' | 'large' | 'loop', usual: number) =>
    parseNumber(`--${name}`, values[name], 0, 1_000_000) ?? usual;
  const loop = number('loop', 20);
  const sizes = [
    { steps: 8, count: number('small', 500) },
    { steps: 308, count: number('medium', 100) },
    { steps: 1_540, count: number('large', 10) },
  ].filter(({ count }) => count > 0);
  const folder = await mkdtemp(join(tmpdir(), 'longhaul-bench-'));
  try {
    const rows: string[][] = [];
    for (const { count, file, events } of await record(folder, sizes)) {
      let slow = 0;
      // Keeps the bundle, what the core does with the history, and that both ways of replay agree on it.
      for (let times = 0; times < 2; times += 1) await measure({ way: 'fast 1', file, count: 1 });
      for (const way of ways) {
        const row = await rowOf(way, file, count, loop);
        if (way === 'loop') slow = row.ms;
        const memory = row.megabytes === undefined ? '–' : row.megabytes.toFixed(0);
        const cells = [String(count), String(events), way, (row.ms / 1_000).toFixed(2), (row.ms / count).toFixed(1)];
        rows.push([...cells, `${(slow / row.ms).toFixed(1)} ×`, memory]);
        console.error(`${count} × ${events} events, ${way}: ${(row.ms / 1_000).toFixed(2)} s`);
      }
    }
    const head = ['histories', 'events each', 'way', 'seconds', 'ms each', 'against the loop', 'MB, largest process'];
    console.log(markdownTable(head, rows));
    return 0;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function rowOf(way: Way, file: string, count: number, loop: number) {
  if (way !== 'loop' || count <= loop) return measure({ way, file, count });
  // The first iteration loads and bundles for longer than the others.
  const [one, many] = [await measure({ way, file, count: 1 }), await measure({ way, file, count: loop })];
  return { ms: one.ms + ((many.ms - one.ms) / (loop - 1)) * (count - 1), megabytes: many.megabytes };
}

async function record(folder: string, sizes: readonly { steps: number; count: number }[]) {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  const server = await startServer();
  const connection = await Connection.connect({ address: server.address });
  const nativeConnection = await NativeConnection.connect({ address: server.address });
  const taskQueue = 'bench-replay';
  const worker = await Worker.create({
    connection: nativeConnection,
    taskQueue,
    workflowsPath: require.resolve('./bench-replay/workflows'),
    activities,
  });
  try {
    return await worker.runUntil(() =>
      Promise.all(
        sizes.map(async ({ steps: length, count }) => {
          const workflowId = `bench-${length}`;
          const { workflow } = new Client({ connection });
          const handle = await workflow.start(steps, { taskQueue, workflowId, args: [length] });
          await handle.result();
          const history = await handle.fetchHistory();
          const file = join(folder, `${workflowId}.bin`);
          await writeFile(file, encodeHistory(history));
          return { count, file, events: history.events?.length ?? 0 };
        }),
      ),
    );
  } finally {
    await nativeConnection.close();
    await connection.close();
    await server.stop();
  }
}

runScript(main);
