import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ReplayResult, ReplayWorkerOptions } from '@temporalio/worker';
import { installQuietRuntime } from '../engine/quiet-runtime';
import type { WorkflowCreator } from '../engine/sdk-internals';
import { type Command, decodeHistory } from '../proto';

/** What workflow code did with a history. */
export interface Trace {
  /** `pass`, or the message with which the core or the code refused it. */
  verdict: string;
  /** The code ran on without ever yielding, or its replay did not end. */
  endless: boolean;
  /** The commands of each workflow task, by the length of the history that it saw. */
  tasks: { historyLength: number; commands: Command[] }[];
}

export interface TracerOptions {
  bundleCode: string;
  replayOptions: ReplayWorkerOptions;
  /** Milliseconds for one history. @default 60_000 */
  deadlineMs?: number;
}

/** Milliseconds that code may take without yielding: no worker would let it, and what it makes of redacted values may never end. */
const longestStepMs = 10_000;

interface Job {
  workflowId: string;
  encoded: Uint8Array;
}

/** Replays histories one after the other, and notes the commands that come of them. */
export class Tracer {
  private tasks: Trace['tasks'] = [];
  private results: AsyncIterator<ReplayResult> | undefined;
  private next: Job | undefined;

  constructor(private readonly options: TracerOptions) {}

  async trace(job: Job): Promise<Trace> {
    this.tasks = [];
    this.next = job;
    this.results ??= await this.start();
    const { deadlineMs = 60_000 } = this.options;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`its replay did not end within ${deadlineMs / 1_000} s`)), deadlineMs);
    });
    try {
      const result = await Promise.race([this.results.next(), late]);
      const error = result.done ? new Error('the replay worker ended before this history did') : result.value.error;
      const verdict = error ? messageOf(error) : 'pass';
      const endless = /Script execution timed out/.test(verdict);
      if (endless) this.results = undefined; // the sandbox was left in the middle of something
      return { verdict, endless, tasks: this.tasks };
    } catch (error) {
      this.results = undefined; // its worker is gone, or hangs: the next history gets a new one
      return { verdict: messageOf(error), endless: true, tasks: this.tasks };
    } finally {
      clearTimeout(timer);
    }
  }

  async close(): Promise<void> {
    const { results } = this;
    this.results = undefined;
    await results?.return?.();
  }

  private async start(): Promise<AsyncIterator<ReplayResult>> {
    const { bundleCode: code, replayOptions, deadlineMs = longestStepMs } = this.options;
    const { Worker } = await import('@temporalio/worker');
    installQuietRuntime();
    type Create = (bundle: unknown, options: object, logger: unknown) => Promise<WorkflowCreator>;
    const inherited = (Worker as unknown as { createWorkflowCreator: Create }).createWorkflowCreator;
    class TracingWorker extends Worker {}
    const create: Create = async (bundle, options, logger) => {
      const isolated = { ...options, isolateExecutionTimeoutMs: Math.min(deadlineMs, longestStepMs) };
      const creator = await inherited.call(TracingWorker, bundle, isolated, logger);
      this.watch(creator);
      return creator;
    };
    Object.defineProperty(TracingWorker, 'createWorkflowCreator', { value: create });
    return TracingWorker.runReplayHistories({ ...replayOptions, workflowBundle: { code } }, this.jobs());
  }

  private watch(creator: WorkflowCreator): void {
    const create = creator.createWorkflow.bind(creator);
    creator.createWorkflow = async (options) => {
      const workflow = (await create(options)) as Activated;
      const activate = workflow.activate.bind(workflow);
      workflow.activate = async (activation) => {
        const completion = await activate(activation);
        const commands = completion.successful?.commands ?? [];
        if (commands.length > 0) this.tasks.push({ historyLength: activation.historyLength ?? 0, commands });
        return completion;
      };
      return workflow;
    };
  }

  private async *jobs(): AsyncGenerator<{ workflowId: string; history: ReturnType<typeof decodeHistory> }> {
    while (this.next) {
      const { workflowId, encoded } = this.next;
      this.next = undefined;
      yield { workflowId, history: decodeHistory(encoded) };
      await nextTurn();
    }
  }
}

interface Activated {
  activate: (activation: {
    historyLength?: number | null;
  }) => Promise<{ successful?: { commands?: Command[] | null } | null }>;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
