import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readResults, resultsVariable } from './results';
import { runCommand } from './run-command';

export interface SuiteOptions {
  /** The folder whose built suite is run. */
  root: string;
  /** The command that is a Node. @default this one */
  node?: readonly string[];
  /** Passed on to mocha. @default none */
  mochaArgs?: readonly string[];
}

export interface SuiteResult {
  passed: number;
  failed: number;
  skipped: number;
  ok: boolean;
}

/** Runs the built suite to its end, showing it, and counts. A run that breaks off before it has counted isn't ok. */
export async function runSuite({
  root,
  node = [process.execPath],
  mochaArgs = [],
}: SuiteOptions): Promise<SuiteResult> {
  const folder = await mkdtemp(join(tmpdir(), 'longhaul-results-'));
  const file = join(folder, 'results.jsonl');
  const [command = process.execPath, ...args] = [
    ...node,
    join('node_modules', 'mocha', 'bin', 'mocha.js'),
    ...mochaArgs,
  ];
  const { status } = await runCommand(command, args, { cwd: root, env: { [resultsVariable]: file }, output: 'show' });
  const results = readResults(file);
  await rm(folder, { recursive: true });
  const sum = (key: 'passed' | 'failed' | 'skipped') =>
    results.reduce((total, result) => total + (result[key] ?? 0), 0);
  return {
    passed: sum('passed'),
    failed: sum('failed'),
    skipped: sum('skipped'),
    ok: status === 0 && sum('passed') > 0 && sum('failed') === 0,
  };
}

export const describeResult = ({ passed, failed, skipped, ok }: SuiteResult): string =>
  `${passed} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ''}${!ok && !failed ? ', and it broke off' : ''}`;
