import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ReplayResult, ReplayWorkerOptions } from '@temporalio/worker';
import { decodeHistory } from '../proto';
import type { Divergence, SourceLocation, Verdict } from '../report';
import { firstMismatch, type Mismatch } from './compare-commands';
import { coreMessage, eventInMessage } from './core-message';
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
}

export interface EngineJob {
  workflowId: string;
  encoded: Uint8Array;
}

export interface EngineResult {
  verdict: Verdict;
  /** Names of the functions that the workflow file exports. */
  exported: string[];
}

/** Replays one history after the other on one replay worker of the SDK. The verdict is the core's. */
export class ReplayEngine {
  private readonly recorder = new WorkflowRecorder();
  private readonly lines: SourceLines;
  private results: AsyncIterator<ReplayResult> | undefined;
  private next: EngineJob | undefined;

  constructor(private readonly options: EngineOptions) {
    this.lines = new SourceLines(options.bundleCode);
  }

  async replay(job: EngineJob): Promise<EngineResult> {
    const { error, recording } = await this.run(job);
    return {
      verdict: error ? await this.verdict(job, error, recording) : { status: 'pass' },
      exported: recording.exported,
    };
  }

  async close(): Promise<void> {
    const { results } = this;
    this.results = undefined;
    await results?.return?.();
  }

  private async run(job: EngineJob): Promise<{ error: Error | undefined; recording: Recording }> {
    this.recorder.start();
    this.next = job;
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
    const { bundleCode: code, replayOptions, isolateTimeoutMs } = this.options;
    const worker = recordingWorker(this.recorder, isolateTimeoutMs);
    return worker.runReplayHistories({ ...replayOptions, workflowBundle: { code } }, this.jobs());
  }

  private async *jobs(): AsyncGenerator<{ workflowId: string; history: ReturnType<typeof decodeHistory> }> {
    while (this.next) {
      const { workflowId, encoded } = this.next;
      this.next = undefined;
      yield { workflowId, history: decodeHistory(encoded) };
      await nextTurn();
    }
  }

  private async verdict(job: EngineJob, error: Error, recording: Recording): Promise<Verdict> {
    if (error.name === 'DeterminismViolationError') {
      return { status: 'nondeterminism', divergence: await this.divergence(job, error, recording) };
    }
    const { failure } = recording;
    if (failure?.message.startsWith('Script execution timed out')) {
      return { status: 'timeout', message: 'Its workflow code ran on without ever yielding.' };
    }
    const location = failure && this.lines.locate(failure);
    return { status: 'failed', message: failure?.message ?? coreMessage(error), ...(location && { location }) };
  }

  private async divergence(job: EngineJob, error: Error, recording: Recording): Promise<Divergence> {
    const message = coreMessage(error);
    const named = eventInMessage(message);
    try {
      const history = decodeHistory(job.encoded);
      const tasks = recordedTasks(history.events ?? []);
      const mismatch = firstMismatch(tasks, recording);
      if (mismatch) {
        const { eventId, expected, actual } = mismatch;
        const location = await this.locate(job, mismatch, recording);
        const hint = rollOverHint(mismatch, recording, history);
        return { eventId, expected, actual, message, ...(location && { location }), ...(hint && { hint }) };
      }
    } catch {
      // The comparison leans on the SDK's internals. Where it trips over a change in them, the verdict still stands.
    }
    return { ...(named && { eventId: named.eventId }), expected: named?.type ?? 'unknown', actual: 'unknown', message };
  }

  private async locate(
    job: EngineJob,
    { origin, ended }: Mismatch,
    recording: Recording,
  ): Promise<SourceLocation | undefined> {
    const issuedAt = origin && this.lines.locate(origin);
    if (issuedAt) return issuedAt;
    if (origin && !ended) return undefined;

    // No command, or one that ends the workflow and has no line of its own. With promise stacks a second run tells where
    // the workflow waits, or which line was the last to run.
    const { promiseStacks } = this.options;
    const { waiting, latest } = promiseStacks ? await promiseStacks.during(() => this.secondRun(job)) : recording;
    for (const stack of ended ? latest : [...waiting, ...latest]) {
      const location = this.lines.locate({ stack });
      if (location) return location;
    }
    return undefined;
  }

  private async secondRun(job: EngineJob): Promise<Recording> {
    const engine = new ReplayEngine(this.options);
    const { recording } = await engine.run(job);
    await engine.close();
    return recording;
  }
}
