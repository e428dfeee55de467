import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { applyPatch, copyTree, PatchError } from '../patched-tree';
import { CompileError } from './compiler';
import type { Compilers } from './compiler';
import type { Mutant } from './mutant';
import { EndlessTestsError, runTests } from './run-tests';
import type { TestRun } from './run-tests';

export type Verdict =
  /** `byTime`: only by not ending, as it would on a machine that is too slow. */
  | { kind: 'killed'; by: string; message: string; byTime: boolean }
  | { kind: 'survived' }
  /** It says nothing about the tests: the mutant itself is broken. */
  | { kind: 'error'; message: string };

export interface HuntOptions {
  compiler: Compilers;
  /** Where the copies go. */
  scratch: string;
  env: NodeJS.ProcessEnv;
  /** How many tests run at once. */
  jobs: number;
}

/** What a mutant's tests took on the unmutated tree, and with as much load beside them. */
export interface Unmutated {
  slowestMs: number;
  overheadMs: number;
}

/** The same for each mutant; or why its test can't be used. */
export type Baseline = Map<Mutant, Unmutated | { problem: string }>;

/** Runs the named tests on the unmutated tree: a mutant's failing test means something only if it passes without it. */
export async function runUnmutated(mutants: readonly Mutant[], { scratch, env, jobs }: HuntOptions): Promise<Baseline> {
  const baseline: Baseline = new Map();
  const folder = await freshTree(scratch);
  await inLanes([...new Set(mutants.map(({ testFile }) => testFile))], jobs, async (testFile) => {
    const group = mutants.filter((mutant) => mutant.testFile === testFile);
    const grep = [...new Set(group.map((mutant) => `(?:${mutant.grep})`))].join('|');
    const limits = { timeoutMs: 120_000, endsWithinMs: 240_000 };
    const run = await runTests({ folder, testFile, grep, env, ...limits }).catch((error: unknown) => String(error));
    for (const mutant of group) baseline.set(mutant, typeof run === 'string' ? { problem: run } : judge(mutant, run));
  });
  await rm(folder, { recursive: true });
  return baseline;
}

/** Does `work` for each item, `lanes` at a time. */
export async function inLanes<T>(items: readonly T[], lanes: number, work: (item: T) => Promise<void>): Promise<void> {
  const waiting = [...items];
  const lane = async () => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}

function judge({ testFile, grep }: Mutant, { passed, failed, overheadMs }: TestRun): Unmutated | { problem: string } {
  const named = ({ title }: { title: string }) => new RegExp(grep).test(title);
  const [failure] = failed.filter((test) => named(test) || test.title.includes(' hook '));
  if (failure) return { problem: `its test fails without it too: ${failure.title}: ${firstLine(failure.message)}` };
  const durations = passed.filter(named).map(({ durationMs }) => durationMs);
  if (durations.length === 0) return { problem: `--grep ${grep} matches no test of ${testFile}` };
  return { slowestMs: Math.max(...durations), overheadMs };
}

/** Lets the named test of one mutant run on a copy of the tree that has it. */
export async function hunt(
  mutant: Mutant,
  { slowestMs, overheadMs }: Unmutated,
  options: HuntOptions,
): Promise<Verdict> {
  const { compiler, scratch, env } = options;
  const { patch, testFile, grep } = mutant;
  const folder = await freshTree(scratch);
  try {
    compiler.compile(folder, await applyPatch(folder, patch));
    // Many a mutant shows by never ending, so these limits are what such a one costs.
    const timeoutMs = 8_000 + 3 * slowestMs;
    const limits = { timeoutMs, endsWithinMs: timeoutMs + 10_000 + 2 * overheadMs };
    const [failure] = (await runTests({ folder, testFile, grep, env, ...limits })).failed;
    if (failure?.title.includes('"before ')) {
      return { kind: 'error', message: `its test could not begin: ${firstLine(failure.message)}` };
    }
    if (failure) {
      const message = firstLine(failure.message);
      return { kind: 'killed', by: failure.title, message, byTime: /^Timeout of \d+ms exceeded/.test(message) };
    }
    return { kind: 'survived' };
  } catch (error) {
    if (error instanceof EndlessTestsError) {
      return { kind: 'killed', by: grep, message: error.message, byTime: true };
    }
    if (error instanceof PatchError || error instanceof CompileError) return { kind: 'error', message: error.message };
    return { kind: 'error', message: firstLine(String(error)) };
  } finally {
    await rm(folder, { recursive: true, maxRetries: 3 });
  }
}

async function freshTree(scratch: string): Promise<string> {
  const folder = await mkdtemp(join(scratch, 'tree-'));
  await copyTree(folder);
  return folder;
}

function firstLine(text: string): string {
  return (text.split('\n', 1)[0] ?? '').replace(/ For async tests and hooks.*/, '').replace(/\/\S+\/tree-\w+\//g, '');
}
