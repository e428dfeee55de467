import { readFile } from 'node:fs/promises';
import type { ReplayWorkerOptions, WorkflowBundleOption } from '@temporalio/worker';
import type { AcceptedDrift } from './accepted-drift';
import { bundleWorkflows, WorkflowBundleError } from './bundle-workflows';
import { codeHash } from './code-hash';
import { coverageOf } from './coverage';
import { failuresOf } from './failures';
import type { LoadedHistory } from './load-histories';
import { findingsOf, type PolicyOptions } from './policies';
import { type Replay, replayAll } from './replay-all';
import type { HistoryResult, PolicyFinding, ReplayReport } from './report';
import { buildIdOf, toResult } from './to-result';
import { manifestFindings } from './without-manifest';

export interface ReplayHistoriesOptions {
  /** The workflow file or folder, as in `WorkerOptions`. Either this or `workflowBundle`. */
  workflowsPath?: string;
  /** A bundle made by `bundleWorkflowCode`. Either this or `workflowsPath`. */
  workflowBundle?: WorkflowBundleOption;
  /** From `loadHistories` or `fromHistory`. */
  histories: readonly LoadedHistory[];
  /**
   * What else the worker of these workflows is given: data converter, interceptors, plugins. With anything that can't be
   * copied to a child process, such as a codec, the replay runs in this process, on its `Runtime` where it has one.
   */
  replayOptions?: Omit<ReplayWorkerOptions, 'workflowsPath' | 'workflowBundle'>;
  /** Child processes to replay in. @default as many as there are cores, and fewer for a small corpus */
  jobs?: number;
  /** Milliseconds for one history, after which its status is `timeout`. @default 120_000 */
  deadlineMs?: number;
  /**
   * What drift does: commands of the recorded kind and name with other arguments, options or durations, which the core lets
   * pass. Code that drifts from itself fails in either case. @default 'warn'
   */
  drift?: 'warn' | 'error' | 'off';
  /** Drift that is right. @default none */
  acceptedDrift?: readonly AcceptedDrift[];
  /** Whether reports show users' values, rather than their type, length and a keyed hash. @default false */
  showValues?: boolean;
  /** Whether to find the lines of workflow code that no history reaches. @default true */
  lineCoverage?: boolean;
  /**
   * Whether to replay each history once more as if on another machine: in another time zone and locale, with the clock months
   * ahead. Each command must come out the same. Where that can't be done, as with options that hold functions, the check fails.
   * @default false
   */
  elsewhere?: boolean;
  /**
   * Whether histories that the core has passed on this machine are replayed without it, as long as the code answers each of its steps
   * as it did then. At the first other answer the core is asked. For a quick look while you edit: where `CI` is set, the
   * core replays all of them. @default false
   */
  fast?: boolean;
  /** What the corpus must have. @default warnings where a type has no history, or none that is recent */
  policies?: PolicyOptions;
  /** Whether to keep bundles in `node_modules/.cache`. @default true */
  cache?: boolean;
  /** Stops the replay; the returned promise then rejects with the signal's reason. */
  signal?: AbortSignal;
  /** Called with each result as it comes, the longest histories first, and with how many there have been. */
  onResult?: (result: HistoryResult, done: number) => void;
}

/** There is no history to replay: a check that checked nothing must not pass. */
export class EmptyCorpusError extends Error {
  override readonly name = 'EmptyCorpusError';
}

/**
 * Replays histories against workflow code and reports each of them, with the source line at which a divergence begins.
 *
 * `Worker.runReplayHistories` is the engine, and the verdict is its own. Around it come what a gate before a release needs:
 * malformed files can't hang or end the run, each history keeps its workflow id, one bundle serves all, what the core does not
 * compare is compared, and what the histories do not cover is said.
 *
 * @throws EmptyCorpusError if `histories` is empty.
 * @throws WorkflowBundleError if the workflow code can't be bundled or exports no function.
 * @remarks Contacts no server.
 */
export async function replayHistories(options: ReplayHistoriesOptions): Promise<ReplayReport> {
  const { histories, replayOptions = {}, signal, drift: driftMode = 'warn', acceptedDrift = [], policies } = options;
  const startedAt = performance.now();
  if (histories.length === 0) throw new EmptyCorpusError('There is no history to replay.');
  signal?.throwIfAborted();

  const bundleCode = await bundleOf(options, replayOptions);
  const { outcomes, lines, engine, notElsewhere } = await replayAll(options, bundleCode);
  const seen = [...outcomes.values()].flatMap((outcome) => outcome.seen ?? []);
  if (seen.length > 0 && seen.every(({ exported }) => exported.length === 0) && nothingExported(outcomes)) {
    throw new WorkflowBundleError(
      `${options.workflowsPath ?? 'The workflow bundle'} exports no workflow function.`,
      '',
    );
  }

  const here = { buildId: buildIdOf(bundleCode), code: codeHash(bundleCode) };
  const replayed = histories.map((history) => {
    const outcome = outcomes.get(history);
    const sameCode = history.codeVersion !== '' && history.codeVersion === here.buildId;
    return { history, outcome, result: toResult(history, outcome, { drift: driftMode, acceptedDrift, sameCode }) };
  });
  const watched = replayed.flatMap(({ history, outcome, result }) =>
    outcome?.seen && result.status !== 'failed' ? [{ workflowType: history.workflowType, seen: outcome.seen }] : [],
  );
  const exported = seen.flatMap((one) => one.exported);
  const coverage = coverageOf(watched, exported, bundleCode, lines);
  const results = replayed.map(({ result }) => result);
  const findings = [
    ...findingsOf(replayed, coverage, here, Date.now(), policies),
    ...driftFindings(results, driftMode),
    ...manifestFindings(replayed),
    ...elsewhereFindings(notElsewhere),
    ...disagreementFindings(engine),
  ];
  const summary = summaryOf(results, Math.round(performance.now() - startedAt));
  const sound = summary.pass + summary.drift;
  return {
    schema: 'longhaul.replay/1',
    ok: sound > 0 && sound + summary.skipped === summary.total && findings.every(({ level }) => level !== 'error'),
    summary,
    engine,
    coverage,
    policies: findings,
    failures: failuresOf(results),
    histories: results,
  };
}

async function bundleOf(options: ReplayHistoriesOptions, replayOptions: ReplayWorkerOptions): Promise<string> {
  const { workflowsPath, workflowBundle, cache } = options;
  if (workflowBundle) {
    return 'code' in workflowBundle ? workflowBundle.code : readFile(workflowBundle.codePath, 'utf8');
  }
  if (workflowsPath === undefined) throw new TypeError('replayHistories needs workflowsPath or workflowBundle.');
  return bundleWorkflows(workflowsPath, replayOptions, cache);
}

function nothingExported(outcomes: Replay['outcomes']): boolean {
  return [...outcomes.values()].some(({ verdict }) => verdict.message?.includes('no such function is exported'));
}

function driftFindings(results: readonly HistoryResult[], mode: 'warn' | 'error' | 'off'): PolicyFinding[] {
  if (mode === 'off') return [];
  const drift = results.flatMap((result) => result.drift);
  const findings: PolicyFinding[] = [];
  const find = (level: PolicyFinding['level'], message: string) => findings.push({ policy: 'drift', level, message });
  const ofItself = drift.filter((entry) => entry.ofItself).length;
  const open = drift.filter((entry) => !entry.ofItself && !entry.accepted).length;
  if (ofItself > 0) find('error', `The same code says something else than itself in ${times(ofItself)}.`);
  if (open > 0 && mode === 'error') find('error', `The code says something else than it did in ${times(open)}.`);
  return findings;
}

/** Who asked for it must not take its absence for a pass. */
function elsewhereFindings(reason: string | undefined): PolicyFinding[] {
  if (reason === undefined) return [];
  const message = `Nothing was replayed in another time zone and locale, as was asked for: ${reason}.`;
  return [{ policy: 'drift', level: 'error', message }];
}

/** A verdict that is not the core's is a bug of ours, and must not be overlooked. */
function disagreementFindings({ disagreement, notFast = '' }: ReplayReport['engine']): PolicyFinding[] {
  if (!disagreement) return [];
  const message = `With --fast, ${notFast}. All were replayed by the core; leave --fast away, and please report it.`;
  return [{ policy: 'fast', level: 'error', message }];
}

const times = (count: number): string => (count === 1 ? '1 place' : `${count} places`);

function summaryOf(results: readonly HistoryResult[], durationMs: number): ReplayReport['summary'] {
  const counts = { pass: 0, drift: 0, nondeterminism: 0, failed: 0, invalid: 0, skipped: 0, timeout: 0 };
  for (const { status } of results) counts[status] += 1;
  return { total: results.length, ...counts, durationMs };
}
