import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startServer } from 'longhaul/testing';
import { parse, parseNumber, UsageError } from '../cli/parse';
import { Compiler } from './mutants/compiler';
import { hunt, inLanes, runUnmutated } from './mutants/hunt';
import type { Verdict } from './mutants/hunt';
import { MutantHeaderError, readMutants } from './mutants/mutant';
import type { Mutant } from './mutants/mutant';
import { root } from './patched-tree';
import { appendResult, resultsVariable } from './support/results';

const usage = `Usage: npm run mutants -- [names…] [options]

Breaks the code on purpose, one patch of mutants/ at a time, and fails unless the test that each patch names fails for it.

  names       of patches, without .patch; default: all
  --jobs N    how many at once; default: 3
  --help      show this

Exit status: 0 each mutant is killed, 1 one survives or can't be tried, 2 wrong use, 3 the environment failed.`;

const options = { jobs: { type: 'string' }, help: { type: 'boolean', short: 'h' } } as const;

async function main(argv: readonly string[]): Promise<number> {
  const { values, positionals } = parse(argv, options);
  if (values.help) return (console.log(usage), 0);
  const jobs = parseNumber('--jobs', values.jobs, 1, 16) ?? 3;
  const mutants = chosen(await readMutants(join(root, 'mutants')), positionals);
  const server = await startServer();
  try {
    return await huntAll(mutants, jobs, {
      ...process.env,
      LONGHAUL_TEST_ADDRESS: server.address,
      // The tests that fail for a mutant are what it is about.
      [resultsVariable]: undefined,
    });
  } finally {
    await server.stop();
  }
}

function chosen(all: Mutant[], names: readonly string[]): Mutant[] {
  const unknown = names.find((name) => !all.some((mutant) => mutant.name === name));
  if (unknown !== undefined) throw new UsageError(`there is no mutants/${unknown}.patch.`);
  return names.length === 0 ? all : all.filter(({ name }) => names.includes(name));
}

async function huntAll(mutants: readonly Mutant[], jobs: number, env: NodeJS.ProcessEnv): Promise<number> {
  const scratch = realpathSync(mkdtempSync(join(tmpdir(), 'longhaul-mutants-')));
  process.once('exit', () => rmSync(scratch, { recursive: true, force: true }));
  const hunting = { compiler: new Compiler(root), scratch, env, jobs };
  const baseline = await runUnmutated(mutants, hunting);
  let killed = 0;
  await inLanes(mutants, jobs, async (mutant) => {
    const found = baseline.get(mutant) ?? { problem: 'it was not tried' };
    const verdict: Verdict =
      'problem' in found ? { kind: 'error', message: found.problem } : await hunt(mutant, found.slowestMs, hunting);
    if (verdict.kind === 'killed') killed += 1;
    console.log(render(mutant, verdict));
  });
  appendResult({ part: 'mutants', passed: killed, failed: mutants.length - killed });
  console.log(`mutants: ${killed} passed, ${mutants.length - killed} failed`);
  return killed === mutants.length && killed > 0 ? 0 : 1;
}

function render({ name, guarantee }: Mutant, verdict: Verdict): string {
  switch (verdict.kind) {
    case 'killed':
      return `killed    ${name}: ${guarantee}\n            by '${verdict.by}': ${verdict.message}`;
    case 'survived':
      return `SURVIVED  ${name}: no test notices when this breaks: ${guarantee}`;
    case 'error':
      return `ERROR     ${name}: ${verdict.message}`;
  }
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
