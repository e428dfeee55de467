import { readFile } from 'node:fs/promises';
import type { ReplayWorkerOptions, WorkflowBundleOption } from '@temporalio/worker';
import { bundleWorkflows, WorkflowBundleError } from './bundle-workflows';
import type { EngineResult } from './engine/replay-engine';
import type { LoadedHistory } from './load-histories';
import { ReplayInPlace } from './replay-in-place';
import { ReplayProcess } from './replay-process';
import type { Replayer } from './replayer';
import { type HistoryResult, type ReplayReport, toReport } from './report';

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
  /** Milliseconds for one history, after which its status is `timeout`. @default 120_000 */
  deadlineMs?: number;
  /** Stops the replay; the returned promise then rejects with the signal's reason. */
  signal?: AbortSignal;
  /** Called with each result in turn. */
  onResult?: (result: HistoryResult, index: number) => void;
}

/** There is no history to replay: a check that checked nothing must not pass. */
export class EmptyCorpusError extends Error {
  override readonly name = 'EmptyCorpusError';
}

/**
 * Replays histories against workflow code and reports each of them, with the source line at which a divergence begins.
 *
 * `Worker.runReplayHistories` is the engine, and the verdict is its own. Around it come what a gate before a release needs:
 * malformed files can't hang or end the run, each history keeps its workflow id, and one bundle serves all.
 *
 * @throws EmptyCorpusError if `histories` is empty.
 * @throws WorkflowBundleError if the workflow code can't be bundled or exports no function.
 * @remarks Contacts no server.
 */
export async function replayHistories(options: ReplayHistoriesOptions): Promise<ReplayReport> {
  const { histories, replayOptions = {}, deadlineMs = 120_000, signal, onResult } = options;
  const startedAt = performance.now();
  if (histories.length === 0) throw new EmptyCorpusError('There is no history to replay.');
  signal?.throwIfAborted();

  const bundleCode = await bundleOf(options, replayOptions);
  const replayer = canBeCopied(replayOptions)
    ? new ReplayProcess({ bundleCode, replayOptions, deadlineMs })
    : new ReplayInPlace({ bundleCode, replayOptions, deadlineMs });
  const exported = new Set<string>();
  const results: HistoryResult[] = [];
  try {
    for (const [index, history] of histories.entries()) {
      const outcome = await replayOne(replayer, history, signal);
      outcome?.exported.forEach((name) => exported.add(name));
      const result = toResult(history, outcome);
      results.push(result);
      onResult?.(result, index);
    }
  } finally {
    await replayer.close();
  }
  if (exported.size === 0 && results.some(({ message }) => message?.includes('no such function is exported'))) {
    throw new WorkflowBundleError(
      `${options.workflowsPath ?? 'The workflow bundle'} exports no workflow function.`,
      '',
    );
  }
  return toReport(results, [...exported], Math.round(performance.now() - startedAt));
}

async function bundleOf(options: ReplayHistoriesOptions, replayOptions: ReplayWorkerOptions): Promise<string> {
  const { workflowsPath, workflowBundle } = options;
  if (workflowBundle) {
    return 'code' in workflowBundle ? workflowBundle.code : readFile(workflowBundle.codePath, 'utf8');
  }
  if (workflowsPath === undefined) throw new TypeError('replayHistories needs workflowsPath or workflowBundle.');
  return bundleWorkflows(workflowsPath, replayOptions);
}

async function replayOne(
  replayer: Replayer,
  { encoded, workflowId }: LoadedHistory,
  signal: AbortSignal | undefined,
): Promise<EngineResult | undefined> {
  if (!encoded) return undefined;
  signal?.throwIfAborted();
  const stop = () => replayer.kill();
  signal?.addEventListener('abort', stop, { once: true });
  try {
    const outcome = await replayer.replay({ workflowId, encoded });
    signal?.throwIfAborted();
    return outcome;
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}

/** Plain data alone: an instance of a class, such as a plugin, would arrive in another process without its methods. */
function canBeCopied(value: unknown): boolean {
  if (typeof value === 'function') return false;
  if (typeof value !== 'object' || value === null) return true;
  if (Array.isArray(value)) return value.every(canBeCopied);
  const prototype: unknown = Object.getPrototypeOf(value);
  return (prototype === Object.prototype || prototype === null) && Object.values(value).every(canBeCopied);
}

function toResult(history: LoadedHistory, outcome: EngineResult | undefined): HistoryResult {
  const { file, workflowType, workflowId, runId, events, spanMs, problem } = history;
  const verdict = outcome?.verdict ?? problem ?? { status: 'skipped', message: 'It was not loaded.' };
  return { file, workflowType, workflowId, runId, events, spanMs, ...verdict };
}
