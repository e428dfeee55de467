import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import type { ReplayWorkerOptions } from '@temporalio/worker';
import { childOptions } from './child-options';
import { newKey, type ShownValues } from './drift/shown-value';
import { elsewhere, elsewhereMs } from './elsewhere';
import type { LineCoverage } from './engine/line-coverage';
import type { EngineJob, EngineResult } from './engine/replay-engine';
import type { LoadedHistory } from './load-histories';
import type { ReplayHistoriesOptions } from './replay-histories';
import { costOf, ReplayPool } from './replay-pool';
import { ReplayProcess, type ReplayProcessOptions } from './replay-process';
import type { Replayer } from './replayer';
import type { ReplayReport } from './report';
import { disagreement, tapeDisagreement } from './self-test';
import { SelfTestMemory } from './self-test-memory';
import { useTapes } from './tapes';
import { toResult } from './to-result';

/** Node ends a timer at once that is longer. */
const longestTimer = 2 ** 31 - 1;

export interface Replay {
  outcomes: Map<LoadedHistory, EngineResult>;
  lines: LineCoverage;
  engine: ReplayReport['engine'];
  /** Why nothing was replayed elsewhere, though it was asked for. */
  notElsewhere?: string;
}

interface Work {
  history: LoadedHistory;
  events: number;
  job: EngineJob;
}

/** Replays all histories that can be, on the fast path where it holds. */
export async function replayAll(options: ReplayHistoriesOptions, bundleCode: string): Promise<Replay> {
  const { replayOptions = {}, lineCoverage = true, signal, fast: wanted = false } = options;
  const deadlineMs = Math.min(options.deadlineMs ?? 120_000, longestTimer);
  const work = workOf(options);
  const values: ShownValues = { show: options.showValues ?? false, key: newKey() };
  const copied = await childOptions(replayOptions);
  if (!copied) {
    const replayed = await replayInPlace(options, work, { bundleCode, values, deadlineMs, replayOptions });
    if (wanted) replayed.engine.notFast = 'the options of its worker hold functions, such as a codec';
    return replayed;
  }

  const start = {
    bundleCode,
    replayOptions: copied,
    values,
    deadlineMs,
    plain: false,
    lines: lineCoverage,
    aheadMs: 0,
  };
  const noTapes = wanted
    ? useTapes(
        options,
        work.map(({ job }) => job),
        copied,
      )
    : undefined;
  const jobs = options.jobs ?? usefulJobs(work);
  const remembered = options.cache === false ? undefined : new SelfTestMemory(options.workflowsPath ?? process.cwd());
  const agreed = remembered?.passed() ? Promise.resolve(undefined) : selfTest(work, start);
  let fast = await runWork(options, work, jobs, () => new ReplayProcess(start));
  const disagreed = await agreed;
  signal?.throwIfAborted();
  if (disagreed !== undefined) {
    const plain = { ...start, plain: true, lines: false };
    const replayed = await runWork(options, work, jobs, () => new ReplayProcess(plain));
    const reason = `this SDK does not take the switches that make replay fast: ${disagreed}`;
    return { ...replayed, engine: { path: 'plain', jobs, reason }, ...(options.elsewhere && { notElsewhere: reason }) };
  }
  if (work.length > 0) remembered?.remember();
  const engine: ReplayReport['engine'] = { path: 'fast', jobs, ...(noTapes !== undefined && { notFast: noTapes }) };
  if (wanted && noTapes === undefined) {
    const dispute = await askAboutTapes(options, work, start, fast.outcomes);
    if (dispute === undefined) {
      engine.withoutCore = [...fast.outcomes.values()].filter(({ redriven }) => redriven).length;
    } else {
      for (const { job } of work) delete job.tape;
      fast = await runWork(options, work, jobs, () => new ReplayProcess(start));
      engine.notFast = dispute;
      engine.disagreement = true;
    }
  }
  if (options.elsewhere) await replayElsewhere(options, work, jobs, start, fast.outcomes);
  return { ...fast, engine };
}

function workOf({ histories, elsewhere: twice = false }: ReplayHistoriesOptions): Work[] {
  return histories.flatMap((history) => {
    const { encoded, workflowId, namespace, events, derived } = history;
    if (!encoded) return [];
    const job = {
      workflowId,
      encoded,
      ...(namespace && { namespace }),
      ...(derived && { derived }),
      ...(twice && { digests: true }),
    };
    return [{ history, events, job }];
  });
}

/** A process takes half a second to start, in which the first one replays some thousand events; without the core, three times as many. */
function usefulJobs(work: readonly Work[]): number {
  const cost = work.reduce((sum, { events, job }) => sum + (hasTape(job) ? events / 3 : costOf(events)), 0);
  return Math.max(1, Math.min(availableParallelism(), work.length, 1 + Math.floor(cost / 6_000)));
}

const hasTape = ({ tape }: EngineJob): boolean => tape !== undefined && existsSync(tape);

async function runWork(
  { signal, onResult, drift = 'warn', acceptedDrift = [] }: ReplayHistoriesOptions,
  work: readonly Work[],
  jobs: number,
  make: () => Replayer,
): Promise<Pick<Replay, 'outcomes' | 'lines'>> {
  const outcomes: Replay['outcomes'] = new Map();
  const pool = new ReplayPool(jobs, make);
  try {
    await pool.run(work, signal, ({ history }, outcome) => {
      outcomes.set(history, outcome);
      onResult?.(toResult(history, outcome, { drift, acceptedDrift, sameCode: false }), outcomes.size);
    });
    return { outcomes, lines: await pool.lines() };
  } finally {
    await pool.close();
  }
}

async function selfTest(work: readonly Work[], start: ReplayProcessOptions): Promise<string | undefined> {
  const [first] = work;
  if (!first) return undefined;
  const shortest = work.reduce((a, b) => (b.events < a.events ? b : a), first);
  try {
    return await disagreement(shortest.job, start);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Asks the core, once for these versions, about the shortest history that was replayed without it. */
async function askAboutTapes(
  { workflowsPath = process.cwd() }: ReplayHistoriesOptions,
  work: readonly Work[],
  start: ReplayProcessOptions,
  outcomes: Replay['outcomes'],
): Promise<string | undefined> {
  const passed = new SelfTestMemory(workflowsPath, 'tape-test');
  const redriven = work.filter(({ history }) => outcomes.get(history)?.redriven);
  const [shortest] = redriven.sort((a, b) => a.events - b.events);
  if (!shortest || passed.passed()) return undefined;
  const without = outcomes.get(shortest.history)?.verdict.status;
  const found = await tapeDisagreement(shortest.job, without, start);
  if (found === undefined) passed.remember();
  return found && `of ${shortest.history.file} ${found}`;
}

/** Replays what passes once more as if on another machine, and adds the commands that come out otherwise there. */
async function replayElsewhere(
  options: ReplayHistoriesOptions,
  work: readonly Work[],
  jobs: number,
  start: ReplayProcessOptions,
  outcomes: Replay['outcomes'],
): Promise<void> {
  const there = elsewhere(process.env);
  const again = work.flatMap((one) => {
    const here = outcomes.get(one.history);
    const passes = here?.verdict.status === 'pass' || here?.verdict.status === 'drift';
    return passes && here.digests ? [{ ...one, job: { ...one.job, elsewhere: here.digests } }] : [];
  });
  const moved = { ...start, lines: false, aheadMs: elsewhereMs, env: there.env };
  const quiet = { ...options };
  delete quiet.onResult;
  const replayed = await runWork(quiet, again, jobs, () => new ReplayProcess(moved));
  for (const [history, outcome] of replayed.outcomes) {
    const here = outcomes.get(history);
    if (!here) continue;
    const { status, divergence } = outcome.verdict;
    if (status === 'pass' || status === 'drift') {
      here.moved = outcome.moved;
    } else {
      const hint = `It replays here, and not ${there.words}: let nothing depend on the machine that runs it.`;
      here.verdict = { ...outcome.verdict, ...(divergence && { divergence: { ...divergence, hint } }) };
      if (!divergence) here.verdict.message = `${outcome.verdict.message ?? status} ${hint}`;
    }
  }
}

async function replayInPlace(
  options: ReplayHistoriesOptions,
  work: readonly Work[],
  start: { bundleCode: string; values: ShownValues; deadlineMs: number; replayOptions: ReplayWorkerOptions },
): Promise<Replay> {
  // Loads the native core: only when needed, and by `require`, since Jest refuses `import()` in what it runs.
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const { ReplayInPlace } = require('./replay-in-place') as typeof import('./replay-in-place');
  const replayed = await runWork(options, work, 1, () => new ReplayInPlace(start));
  const reason = 'the options hold functions, which no other process can be given';
  const notElsewhere = options.elsewhere && { notElsewhere: reason };
  return { ...replayed, engine: { path: 'plain', jobs: 1, reason }, ...notElsewhere };
}
