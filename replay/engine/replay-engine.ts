import { setImmediate as nextTurn } from 'node:timers/promises';
import { type ReplayResult, type ReplayWorkerOptions, Worker } from '@temporalio/worker';
import { decodeHistory, type History } from '../proto';
import type { Divergence, SourceLocation, Verdict } from '../report';
import { compareCommands, type Comparison, type Mismatch } from './compare-commands';
import { coreMessage, eventInMessage } from './core-message';
import { digestsOf } from './digests';
import { type Drift, driftOf, type ValueOptions } from './find-drift';
import { type HistoryFacts, historyFacts } from './history-facts';
import { type Moved, movedFrom } from './moved';
import { installQuietRuntime } from './quiet-runtime';
import { recordedTasks } from './recorded-commands';
import { recordingWorker } from './recording-worker';
import type { PromiseStacks } from './sdk-internals';
import { rollOverHint } from './roll-over-hint';
import { SourceLines } from './source-lines';
import { type Recording, WorkflowRecorder } from './workflow-recorder';

export interface EngineOptions {
  bundleCode: string;
  replayOptions: ReplayWorkerOptions;
  /** Milliseconds that workflow code may run without yielding. Undefined is faster, and for a process that can be killed. */
  isolateTimeoutMs?: number | undefined;
  /** How to turn promise stacks on; undefined where they are always on. */
  promiseStacks?: PromiseStacks | undefined;
  /** The SDK's worker as it is: the verdict alone, with nothing watched. */
  plain?: boolean | undefined;
  values: ValueOptions;
}

export interface EngineJob {
  workflowId: string;
  encoded: Uint8Array;
  /** Where the history's manifest knows it: the history itself does not say. */
  namespace?: string;
  /** Of a redacted history: places at which its values are not what the code makes of them. */
  derived?: readonly string[];
  /** Whether to return digests of all commands. */
  digests?: boolean;
  /** Digests of the commands that the same code issued elsewhere. */
  elsewhere?: string[];
}

export interface EngineResult {
  verdict: Verdict;
  drift: Drift[];
  /** Of a job with `elsewhere`: the commands that came out otherwise there. */
  moved: Moved[];
  /** What the code showed of itself; absent where it was not watched. */
  seen?: Seen;
  digests?: string[];
}

export interface Seen {
  /** Names of the functions that the workflow file exports. */
  exported: string[];
  signals: string[];
  updates: string[];
  queries: string[];
  /** Names of the signals without a handler when the history ended, one for each signal. */
  unhandled: string[];
  /** Patch ids that the code asked for, by the answer. */
  taken: string[];
  notTaken: string[];
  facts: HistoryFacts;
}

/** Replays one history after the other on one replay worker of the SDK. The verdict is the core's. */
export class ReplayEngine {
  private readonly recorder = new WorkflowRecorder();
  private readonly lines: SourceLines;
  private results: AsyncIterator<ReplayResult> | undefined;
  private next: { workflowId: string; history: History } | undefined;

  constructor(private readonly options: EngineOptions) {
    this.lines = new SourceLines(options.bundleCode);
  }

  async replay(job: EngineJob): Promise<EngineResult> {
    const history = decodeHistory(job.encoded);
    const { error, recording } = await this.run(job, history);
    const comparison = this.compare(history, recording);
    const found = {
      drift: error ? [] : this.driftOf(job, history, comparison),
      moved:
        !error && job.elsewhere ? movedFrom(job.elsewhere, history, recording, this.lines, this.options.values) : [],
      ...(!this.options.plain && { seen: seenIn(recording, history) }),
      ...(job.digests === true && { digests: digestsOf(recording.commands) }),
    };
    if (!error) return { verdict: { status: found.drift.length > 0 ? 'drift' : 'pass' }, ...found };
    return { verdict: await this.verdict(job, history, error, recording, comparison), ...found };
  }

  async close(): Promise<void> {
    const { results } = this;
    this.results = undefined;
    await results?.return?.();
  }

  private async run(job: EngineJob, history: History): Promise<{ error: Error | undefined; recording: Recording }> {
    const taskQueue = history.events?.[0]?.workflowExecutionStartedEventAttributes?.taskQueue?.name ?? '';
    this.recorder.start({ taskQueue, ...(job.namespace !== undefined && { namespace: job.namespace }) });
    this.next = { workflowId: job.workflowId, history };
    this.results ??= this.startWorker();
    try {
      const result = await this.results.next();
      if (result.done) throw new Error('The replay worker ended before this history did.');
      return { error: result.value.error, recording: this.recorder.current };
    } catch (error) {
      this.results = undefined; // the worker is gone: the next history gets a new one
      return { error: error as Error, recording: this.recorder.current };
    }
  }

  private startWorker(): AsyncIterator<ReplayResult> {
    const { bundleCode: code, replayOptions, isolateTimeoutMs, plain } = this.options;
    installQuietRuntime();
    const worker = plain ? Worker : recordingWorker(this.recorder, isolateTimeoutMs);
    return worker.runReplayHistories({ ...replayOptions, workflowBundle: { code } }, this.jobs());
  }

  private async *jobs(): AsyncGenerator<{ workflowId: string; history: History }> {
    while (this.next) {
      const { next } = this;
      this.next = undefined;
      yield next;
      await nextTurn();
    }
  }

  /** Nothing where the SDK's internals have changed and the comparison trips over it: the verdict stands without. */
  private compare(history: History, recording: Recording): Comparison {
    if (this.options.plain) return { pairs: [] };
    try {
      return compareCommands(recordedTasks(history.events ?? []), recording);
    } catch {
      return { pairs: [] };
    }
  }

  private driftOf({ derived }: EngineJob, history: History, { pairs, mismatch }: Comparison): Drift[] {
    try {
      const drift = driftOf(history, pairs, this.lines, this.options.values, derived);
      if (mismatch) drift.push(otherCommand(mismatch, this.lines));
      return drift;
    } catch {
      return [];
    }
  }

  private async verdict(
    job: EngineJob,
    history: History,
    error: Error,
    recording: Recording,
    comparison: Comparison,
  ): Promise<Verdict> {
    if (error.name === 'DeterminismViolationError') {
      const divergence = await this.divergence(job, history, error, recording, comparison);
      return { status: 'nondeterminism', divergence };
    }
    const { failure } = recording;
    if (failure?.message.startsWith('Script execution timed out')) {
      return { status: 'timeout', message: 'Its workflow code ran on without ever yielding.' };
    }
    const location = failure && this.lines.locate(failure);
    return { status: 'failed', message: failure?.message ?? coreMessage(error), ...(location && { location }) };
  }

  private async divergence(
    job: EngineJob,
    history: History,
    error: Error,
    recording: Recording,
    { mismatch }: Comparison,
  ): Promise<Divergence> {
    const message = coreMessage(error);
    const named = eventInMessage(message);
    if (mismatch) {
      const { eventId, expected, actual } = mismatch;
      const location = await this.locate(job, history, mismatch, recording);
      const hint = rollOverHint(mismatch, recording, history);
      return { eventId, expected, actual, message, ...(location && { location }), ...(hint && { hint }) };
    }
    return { ...(named && { eventId: named.eventId }), expected: named?.type ?? 'unknown', actual: 'unknown', message };
  }

  private async locate(
    job: EngineJob,
    history: History,
    { origin, ended }: Mismatch,
    recording: Recording,
  ): Promise<SourceLocation | undefined> {
    const issuedAt = origin && this.lines.locate(origin);
    if (issuedAt) return issuedAt;
    if (origin && !ended) return undefined;

    // No command, or one that ends the workflow and has no line of its own. With promise stacks a second run tells where
    // the workflow waits, or which line was the last to run.
    const { promiseStacks } = this.options;
    const { waiting, latest } = promiseStacks
      ? await promiseStacks.during(() => this.secondRun(job, history))
      : recording;
    // What it began to wait for last is what it got to.
    for (const stack of ended ? latest : [...waiting.reverse(), ...latest]) {
      const location = this.lines.locate({ stack });
      if (location) return location;
    }
    return undefined;
  }

  private async secondRun(job: EngineJob, history: History): Promise<Recording> {
    const engine = new ReplayEngine(this.options);
    const { recording } = await engine.run(job, history);
    await engine.close();
    return recording;
  }
}

/** A difference in kind or name that the core accepts nevertheless. */
function otherCommand({ eventId, expected, actual, origin }: Mismatch, lines: SourceLines): Drift {
  const location = origin && lines.locate(origin);
  return { eventId, command: expected, path: 'command', recorded: expected, actual, ...(location && { location }) };
}

function seenIn({ exported, handlers, unhandled, patches }: Recording, history: History): Seen {
  const answered = (answer: boolean) => [...patches].flatMap(([id, answers]) => (answers.has(answer) ? [id] : []));
  return {
    exported,
    signals: [...handlers.signals],
    updates: [...handlers.updates],
    queries: [...handlers.queries],
    unhandled,
    taken: answered(true),
    notTaken: answered(false),
    facts: historyFacts(history.events ?? []),
  };
}
