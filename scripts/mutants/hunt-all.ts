import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../patched-tree';
import { Compilers } from './compiler';
import { hunt, inLanes, runUnmutated } from './hunt';
import type { Baseline, Verdict } from './hunt';
import type { Mutant } from './mutant';
import { batches } from './order';

export interface Tally {
  killed: number;
  failed: number;
  /** Which of the killed only showed by not ending. */
  byTime: string[];
  notTried: string[];
}

export interface HuntAllOptions {
  jobs: number;
  env: NodeJS.ProcessEnv;
  /** How many have their unmutated tests run together. */
  batchSize: number;
  /** Beyond the first few none is begun later, counted from the start of this process. @default never */
  untilMs?: number;
}

/** Tries the mutants in their order, several at once, and prints what became of each. */
export async function huntAll(
  mutants: readonly Mutant[],
  { jobs, env, batchSize, untilMs = Infinity }: HuntAllOptions,
): Promise<Tally> {
  const scratch = realpathSync(mkdtempSync(join(tmpdir(), 'longhaul-mutants-')));
  process.once('exit', () => rmSync(scratch, { recursive: true, force: true }));
  const hunting = { compiler: new Compilers(root), scratch, env, jobs };
  const tally: Tally = { killed: 0, failed: 0, byTime: [], notTried: [] };
  // The unmutated tests of a whole batch may take all the time on a slow machine: the first few are tried in any case.
  const sizes = { first: untilMs === Infinity ? batchSize : jobs, size: batchSize };
  for (const [index, batch] of batches(mutants, sizes).entries()) {
    const inTime = () => index === 0 || performance.now() < untilMs;
    const baseline: Baseline = inTime() ? await runUnmutated(batch, hunting) : new Map<never, never>();
    await inLanes(batch, jobs, async (mutant) => {
      if (!inTime()) return void tally.notTried.push(mutant.name);
      const begunAt = performance.now();
      const found = baseline.get(mutant) ?? { problem: 'its test was not run' };
      const verdict: Verdict =
        'problem' in found ? { kind: 'error', message: found.problem } : await hunt(mutant, found, hunting);
      if (verdict.kind === 'killed' && verdict.byTime) tally.byTime.push(mutant.name);
      tally[verdict.kind === 'killed' ? 'killed' : 'failed'] += 1;
      console.log(render(mutant, verdict, performance.now() - begunAt));
    });
  }
  return tally;
}

function render({ name, guarantee }: Mutant, verdict: Verdict, ms: number): string {
  const seconds = `${(ms / 1_000).toFixed(1)} s`;
  switch (verdict.kind) {
    case 'killed':
      return `killed    ${name}: ${guarantee}\n            in ${seconds} by '${verdict.by}': ${verdict.message}`;
    case 'survived':
      return `SURVIVED  ${name}: no test notices when this breaks: ${guarantee}`;
    case 'error':
      return `ERROR     ${name}: ${verdict.message}`;
  }
}
