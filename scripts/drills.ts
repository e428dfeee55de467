import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { bundleOnce, startServer } from 'longhaul/testing';
import { parse, parseNumber, UsageError } from '../cli/parse';
import { Lane } from './drills/lane';
import type { Finding, Surroundings } from './drills/lane';
import { isWrong, summary } from './drills/summary';

const usage = `Usage: npm run drills -- [options]

Kills a worker with SIGKILL at random moments of its long activities, and fails unless each of them goes on at or after its last commit.

  --drills N  kills; default: 100
  --seed N    repeats the moments of an earlier run; default: a new one, which is printed
  --lanes N   workers at once; default: 3
  --help      show this

Exit status: 0 nothing was lost, 1 something was, 2 wrong use, 3 the environment failed.`;

const options = {
  drills: { type: 'string' },
  seed: { type: 'string' },
  lanes: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** A kill comes within this time of the activities' begin: before their first beat, and after several. */
const withinMs = 3_000;

async function main(argv: readonly string[]): Promise<number> {
  const { values, positionals } = parse(argv, options);
  if (values.help) return (console.log(usage), 0);
  if (positionals[0] !== undefined) throw new UsageError(`takes no argument '${positionals[0]}'. See --help.`);
  const drills = parseNumber('--drills', values.drills, 1, 100_000) ?? 100;
  const lanes = parseNumber('--lanes', values.lanes, 1, 16) ?? 3;
  const seed = parseNumber('--seed', values.seed, 0, 2 ** 32 - 1) ?? Math.floor(Math.random() * 2 ** 32);
  const server = await startServer();
  const folder = await mkdtemp(join(tmpdir(), 'longhaul-drills-'));
  const connection = await Connection.connect({ address: server.address });
  let findings: Finding[] = [];
  try {
    const workflowBundlePath = join(folder, 'workflows.js');
    await writeFile(workflowBundlePath, (await bundleOnce(require.resolve('./drills/workflows'))).code);
    const around = { client: new Client({ connection }), address: server.address, folder, workflowBundlePath };
    findings = await run({ drills, seed, lanes }, around);
  } finally {
    await connection.close();
    await server.stop();
    await rm(folder, { recursive: true });
  }
  const wrong = findings.filter(isWrong);
  console.log(`${drills} kills at random moments, seed ${seed}:\n\n${summary(findings)}`);
  for (const finding of wrong) console.log(`lost: ${JSON.stringify(finding)}`);
  return wrong.length === 0 ? 0 : 1;
}

async function run(
  { drills, seed, lanes }: { drills: number; seed: number; lanes: number },
  around: Surroundings,
): Promise<Finding[]> {
  const random = randomFrom(seed);
  const moments = Array.from({ length: drills }, () => random() * withinMs);
  const findings: Finding[] = [];
  let next = 0;
  const work = async () => {
    const lane = new Lane(around);
    for (let drill = next++; drill < drills; drill = next++) {
      let found: Finding[] | undefined;
      while (!(found = await lane.drill(drill, moments[drill] ?? 0))) {
        console.error(
          `drill ${drill}: the machine was too busy for a beat, so there was no crash to measure; once more`,
        );
      }
      findings.push(...found);
      console.error(`${findings.length / found.length} of ${drills}: ${found.filter(isWrong).length} lost`);
    }
    await lane.close();
  };
  await Promise.all(Array.from({ length: Math.min(lanes, drills) }, work));
  return findings;
}

/** Mulberry32: the same numbers for the same seed. */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

main(process.argv.slice(2)).then(
  (status) => process.exit(status),
  (error: unknown) => {
    const wrongUse = error instanceof UsageError;
    console.error(wrongUse ? `drills: ${error.message}` : error);
    process.exit(wrongUse ? 2 : 3);
  },
);
