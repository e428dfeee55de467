import { join } from 'node:path';
import { startServer } from 'longhaul/testing';
import { parse, parseNumber, UsageError } from '../cli/parse';
import { huntAll } from './mutants/hunt-all';
import type { Tally } from './mutants/hunt-all';
import { MutantHeaderError, readMutants } from './mutants/mutant';
import type { Mutant } from './mutants/mutant';
import { currentCommit, inOrderOf } from './mutants/order';
import { root } from './patched-tree';
import { appendResult, resultsVariable } from './support/results';

const usage = `Usage: npm run mutants -- [names…] [options]

Breaks the code on purpose, one patch of mutants/ at a time, and fails unless the test that each patch names fails for it.

  names        of patches, without .patch; default: all
  --jobs N     how many at once; default: 3
  --minutes N  but for the first few begins none later than that, and names those not tried; the order is another one for
               each commit, so that in time each is tried
  --help       show this

Exit status: 0 each mutant tried is killed, 1 one survives or can't be tried, 2 wrong use, 3 the environment failed.`;

const options = {
  jobs: { type: 'string' },
  minutes: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

// Large enough that mutants of one test file share the run of its unmutated tests, small enough that little of it is in vain.
const batchSize = 15;

async function main(argv: readonly string[]): Promise<number> {
  const { values, positionals } = parse(argv, options);
  if (values.help) return (console.log(usage), 0);
  const jobs = parseNumber('--jobs', values.jobs, 1, 16) ?? 3;
  const minutes = parseNumber('--minutes', values.minutes, 1, 600);
  const mutants = chosen(await readMutants(join(root, 'mutants')), positionals);
  const server = await startServer();
  try {
    const env = {
      ...process.env,
      LONGHAUL_TEST_ADDRESS: server.address,
      // The tests that fail for a mutant are what it is about.
      [resultsVariable]: undefined,
    };
    if (minutes === undefined) return report(await huntAll(mutants, { jobs, env, batchSize: mutants.length }));
    const seed = currentCommit();
    console.log(`mutants: as many as fit into ${minutes} minutes, in the order of commit ${seed}`);
    return report(await huntAll(inOrderOf(seed, mutants), { jobs, env, batchSize, untilMs: minutes * 60_000 }));
  } finally {
    await server.stop();
  }
}

function chosen(all: Mutant[], names: readonly string[]): Mutant[] {
  const unknown = names.find((name) => !all.some((mutant) => mutant.name === name));
  if (unknown !== undefined) throw new UsageError(`there is no mutants/${unknown}.patch.`);
  return names.length === 0 ? all : all.filter(({ name }) => names.includes(name));
}

function report({ killed, failed, byTime, notTried }: Tally): number {
  if (byTime.length > 0) console.log(`killed by time alone, which costs much and says little: ${byTime.join(', ')}`);
  if (notTried.length > 0) console.log(`not tried: ${notTried.join(', ')}`);
  appendResult({ part: 'mutants', passed: killed, failed, skipped: notTried.length });
  const left = notTried.length > 0 ? `, ${notTried.length} not tried` : '';
  console.log(`mutants: ${killed} passed, ${failed} failed${left}`);
  return failed === 0 && killed > 0 ? 0 : 1;
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(3));

main(process.argv.slice(2)).then(
  (status) => process.exit(status),
  (error: unknown) => {
    const wrongUse = error instanceof UsageError || error instanceof MutantHeaderError;
    console.error(wrongUse ? `mutants: ${error.message}` : error);
    process.exit(wrongUse ? 2 : 3);
  },
);
