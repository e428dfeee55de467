import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { bundleOnce, startServer } from 'longhaul/testing';
import { parse, parseNumber, UsageError } from '../cli/parse';
import { crash, startBenchWorker } from './bench-crash/crash';
import type { Crash } from './bench-crash/crash';
import { crashTable } from './bench-crash/table';
import type { Kind } from './bench-crash/workflows';

const usage = `Usage: npm run bench:crash -- [options]

Kills the worker of an activity that makes a checkpoint each 50 ms, and tells how many were lost and how long it took to go on.

  --rounds N  crashes of each kind, interleaved; default: 5
  --help      show this

Exit status: 0 done, 2 wrong use, 3 the environment failed.`;

const options = { rounds: { type: 'string' }, help: { type: 'boolean', short: 'h' } } as const;
const kinds: Kind[] = ['stock', 'save', 'commit'];

async function main(argv: readonly string[]): Promise<void> {
  const { values, positionals } = parse(argv, options);
  if (values.help) {
    console.log(usage);
    return;
  }
  if (positionals[0] !== undefined) throw new UsageError(`takes no argument '${positionals[0]}'. See --help.`);
  const rounds = parseNumber('--rounds', values.rounds, 1, 1_000) ?? 5;
  const server = await startServer();
  const folder = await mkdtemp(join(tmpdir(), 'longhaul-bench-'));
  const connection = await Connection.connect({ address: server.address });
  try {
    const workflowBundlePath = join(folder, 'workflows.js');
    await writeFile(workflowBundlePath, (await bundleOnce(require.resolve('./bench-crash/workflows'))).code);
    const { address } = server;
    const bench = { client: new Client({ connection }), address, taskQueue: `bench-${randomUUID()}` };
    console.log(crashTable(await crashes(rounds, { ...bench, folder, workflowBundlePath })));
  } finally {
    await connection.close();
    await server.stop();
    await rm(folder, { recursive: true });
  }
}

async function crashes(rounds: number, bench: Parameters<typeof startBenchWorker>[0]): Promise<Crash[]> {
  const results: Crash[] = [];
  let worker = await startBenchWorker(bench);
  for (let round = 1; round <= rounds; round += 1) {
    for (const kind of kinds) {
      const { result, next } = await crash(kind, worker, bench);
      worker = next;
      results.push(result);
      const { lost, made, secondsToResume } = result;
      console.error(`round ${round} of ${rounds}: ${kind} lost ${lost} of ${made}, resumed after ${secondsToResume} s`);
    }
  }
  await worker.kill();
  return results;
}

main(process.argv.slice(2)).then(
  () => process.exit(0),
  (error: unknown) => {
    const wrongUse = error instanceof UsageError;
    console.error(wrongUse ? `bench:crash: ${error.message}` : error);
    process.exit(wrongUse ? 2 : 3);
  },
);
