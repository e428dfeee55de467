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
import { redrive, workflowCreator } from './redrive';
import type { PromiseStacks, WorkflowCreator } from './sdk-internals';
import { rollOverHint } from './roll-over-hint';
import { SourceLines } from './source-lines';
import { readTape, TapeWriter } from './tape';
import { type ExecutionFacts, type Recording, WorkflowRecorder } from './workflow-recorder';

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
  /** Where what the core does with this history is kept. */
  tape?: string;
}

export interface EngineResult {
  verdict: Verdict;
  drift: Drift[];
  /** Of a job with `elsewhere`: the commands that came out otherwise there. */
  moved: Moved[];
  /** What the code showed of itself; absent where it was not watched. */
  seen?: Seen;
  digests?: string[];
  /** The core was not asked: the code answered as it did when the core passed it. */
  redriven?: boolean;
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

interface Run {
  error: Error | undefined;
  recording: Recording;
}

/** Replays one history after the other on one replay worker of the SDK. The verdict is the core's. */
export class ReplayEngine {
  private readonly recorder = new WorkflowRecorder();
  private readonly lines: SourceLines;
  private results: AsyncIterator<ReplayResult> | undefined;
  private next: { workflowId: string; history: History } | undefined;
  private creator: Promise<WorkflowCreator | undefined> | undefined;

  constructor(private readonly options: EngineOptions) {
    this.lines = new SourceLines(options.bundleCode);
  }

  async replay(job: EngineJob): Promise<EngineResult> {
    const redriven = await this.redrive(job);
    if (redriven) return redriven;
    const history = decodeHistory(job.encoded);
    // What it answers as if on another machine is no good for the next replay on this one.
    const path = this.options.plain || job.elsewhere ? undefined : job.tape;
    const tape = path === undefined ? undefined : new TapeWriter();
    const { error, recording } = await this.run(job, history, tape);
    const found = this.findings(job, history, recording, error);
    if (error) return { verdict: await this.verdict(job, history, error, recording), ...found };
    if (path !== undefined) {
      const facts = { execution: factsOf(history, job.namespace), history: historyFacts(history.events ?? []) };
      tape?.save(path, { ...facts, drifts: found.drift.length > 0 });
    }
    return { verdict: { status: found.drift.length > 0 ? 'drift' : 'pass' }, ...found };
  }

  async close(): Promise<void> {
    const { results } = this;
    this.results = undefined;
    await results?.return?.();
  }

  /** What comes of the history without the core, where its tape holds for the code of today. */
  private async redrive(job: EngineJob): Promise<EngineResult | undefined> {
    const tape = job.tape === undefined || this.options.plain ? undefined : readTape(job.tape);
    if (!tape) return undefined;
    this.creator ??= this.withoutCore();
    const creator = await this.creator;
    if (!creator) return undefined;
    // The same commands as then: what they say otherwise than the history need be looked for only where they did then.
    const toCompare = tape.drifts || job.elsewhere !== undefined;
    this.recorder.start(tape.execution, { noOrigins: !toCompare });
    if (!(await redrive(creator, tape))) return undefined;
    const recording = this.recorder.current;
    if (!toCompare) {
      const seen = seenIn(recording, tape.history);
      const digests = job.digests === true && { digests: digestsOf(recording.commands) };
      return { verdict: { status: 'pass' }, drift: [], moved: [], seen, ...digests, redriven: true };
    }
    const found = this.findings(job, decodeHistory(job.encoded), recording, undefined);
    return { verdict: { status: found.drift.length > 0 ? 'drift' : 'pass' }, ...found, redriven: true };
  }

  private findings(
    job: EngineJob,
    history: History,
    recording: Recording,
    error: Error | undefined,
  ): Omit<EngineResult, 'verdict'> {
    const comparison = this.compare(history, recording);
    return {
      drift: error ? [] : this.driftOf(job, history, comparison),
      moved:
        !error && job.elsewhere ? movedFrom(job.elsewhere, history, recording, this.lines, this.options.values) : [],
      ...(!this.options.plain && { seen: seenIn(recording, historyFacts(history.events ?? [])) }),
      ...(job.digests === true && { digests: digestsOf(recording.commands) }),
    };
  }

  private async withoutCore(): Promise<WorkflowCreator | undefined> {
    const { bundleCode: code, replayOptions } = this.options;
    const creator = await workflowCreator({ ...replayOptions, workflowBundle: { code } });
    if (creator) this.recorder.watch(creator);
    return creator;
  }

  private async run({ workflowId, namespace }: EngineJob, history: History, tape?: TapeWriter): Promise<Run> {
    this.recorder.start(factsOf(history, namespace), { tape });
    this.next = { workflowId, history };
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

  private async verdict(job: EngineJob, history: History, error: Error, recording: Recording): Promise<Verdict> {
    if (error.name === 'DeterminismViolationError') {
      const divergence = await this.divergence(job, history, error, recording);
      return { status: 'nondeterminism', divergence };
    }
    const { failure } = recording;
    if (failure?.message.startsWith('Script execution timed out')) {
      return { status: 'timeout', message: 'Its workflow code ran on without ever yielding.' };
    }
    const location = failure && this.lines.locate(failure);
    return { status: 'failed', message: failure?.message ?? coreMessage(error), ...(location && { location }) };
  }

  private async divergence(job: EngineJob, history: History, error: Error, recording: Recording): Promise<Divergence> {
    const { mismatch } = this.compare(history, recording);
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

function factsOf({ events }: History, namespace: string | undefined): ExecutionFacts {
  const taskQueue = events?.[0]?.workflowExecutionStartedEventAttributes?.taskQueue?.name ?? '';
  return { taskQueue, ...(namespace !== undefined && { namespace }) };
}

/** A difference in kind or name that the core accepts nevertheless. */
function otherCommand({ eventId, expected, actual, origin }: Mismatch, lines: SourceLines): Drift {
  const location = origin && lines.locate(origin);
  return { eventId, command: expected, path: 'command', recorded: expected, actual, ...(location && { location }) };
}

function seenIn({ exported, handlers, unhandled, patches }: Recording, facts: HistoryFacts): Seen {
  const answered = (answer: boolean) => [...patches].flatMap(([id, answers]) => (answers.has(answer) ? [id] : []));
  return {
    exported,
    signals: [...handlers.signals],
    updates: [...handlers.updates],
    queries: [...handlers.queries],
    unhandled,
    taken: answered(true),
    notTaken: answered(false),
    facts,
  };
}
