import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface TestRun {
  passed: { title: string; durationMs: number }[];
  failed: { title: string; message: string }[];
  /** What the process took beside its tests: to load, to bundle workflows, to stop workers. */
  overheadMs: number;
}

export interface RunTestsOptions {
  /** The tree to run in: its `dist`, its histories. */
  folder: string;
  /** Of the compiled file, relative to the tree. */
  testFile: string;
  grep: string;
  /** For each test, unless it sets its own. */
  timeoutMs: number;
  /** For the whole process, however long its tests want to wait. */
  endsWithinMs: number;
  env: NodeJS.ProcessEnv;
}

/** Tests that did not end by themselves. */
export class EndlessTestsError extends Error {
  override readonly name = 'EndlessTestsError';
}

/** The process was ended by a signal, as by a failure of native code; that says nothing about the tests. */
class CrashedTestsError extends Error {
  override readonly name = 'CrashedTestsError';
}

/**
 * Runs tests of one file with mocha, in a process of its own; once more, if that crashes.
 *
 * @throws EndlessTestsError when they take longer than `endsWithinMs`.
 * @throws Error when mocha could not run the file at all.
 */
export async function runTests(options: RunTestsOptions): Promise<TestRun> {
  try {
    return await runOnce(options);
  } catch (error) {
    if (error instanceof CrashedTestsError) return await runOnce(options);
    throw error;
  }
}

async function runOnce(options: RunTestsOptions): Promise<TestRun> {
  const { folder, testFile, grep, timeoutMs, endsWithinMs, env } = options;
  const report = join(folder, `${testFile.replaceAll('/', '-')}.json`);
  const mocha = require.resolve('mocha/bin/mocha.js');
  const args = [mocha, '--no-config', '--enable-source-maps', '--exit', '--timeout', String(timeoutMs)];
  args.push('--reporter', 'json', '--reporter-option', `output=${report}`, '--grep', grep, testFile);
  const begunAt = performance.now();
  const child = spawn(process.execPath, args, { cwd: folder, env, stdio: ['ignore', 'ignore', 'pipe'] });
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (errors = (errors + chunk).slice(-4_000)));
  const deadline = setTimeout(() => child.kill('SIGKILL'), endsWithinMs);
  const [, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  clearTimeout(deadline);
  if (signal === 'SIGKILL') throw new EndlessTestsError(`it did not end within ${Math.round(endsWithinMs / 1_000)} s`);
  if (signal) throw new CrashedTestsError(`mocha was ended by ${signal}; it said: ${errors.trim().slice(0, 300)}`);
  const ranMs = performance.now() - begunAt;
  return await readReport(report, ranMs, () => errors.trim().split('\n').slice(-5).join(' '));
}

interface MochaReport {
  passes: { fullTitle: string; duration?: number }[];
  failures: { fullTitle: string; duration?: number; err: { message?: string } }[];
}

async function readReport(path: string, ranMs: number, errors: () => string): Promise<TestRun> {
  let report: MochaReport;
  try {
    report = JSON.parse(await readFile(path, 'utf8')) as MochaReport;
  } catch (cause) {
    throw new Error(`mocha wrote no report; it said: ${errors() || 'nothing'}`, { cause });
  }
  const inTests = [...report.passes, ...report.failures].reduce((sum, { duration = 0 }) => sum + duration, 0);
  return {
    overheadMs: Math.max(0, ranMs - inTests),
    passed: report.passes.map(({ fullTitle, duration = 0 }) => ({ title: fullTitle, durationMs: duration })),
    failed: report.failures.map(({ fullTitle, err }) => ({ title: fullTitle, message: err.message ?? '' })),
  };
}
