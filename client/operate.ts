import { QueryNotRegisteredError } from '@temporalio/client';
import type { Client, WorkflowExecutionDescription } from '@temporalio/client';
import type { DeadLetter } from '../workflows/envelope';
import type { DeadLetterResult, DeadLetterSelection } from '../workflows/dead-letter-commands';
import type { LonghaulStatus } from '../workflows/status';
import { fixes, taskFailureIn } from './watch/task-failure';
import type { TaskFailure } from './watch/task-failure';

/** A workflow that can't be operated so. Its message is one sentence, to be shown as it is. */
export class OperateError extends Error {
  override readonly name = 'OperateError';

  constructor(
    message: string,
    /** `not-longhaul`: it is none of `longRunning`; `no-worker`: none answered in time; `task-failing`: its workflow task fails; `closed`: it ended before any worker took it. */
    readonly why: 'not-longhaul' | 'no-worker' | 'task-failing' | 'closed',
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

export interface OperateOptions {
  /** How long a worker may take to answer, in milliseconds. @default 15_000 */
  timeoutMs?: number;
}

/** Queries, signals and updates that every `longRunning` workflow takes; see docs/protocol.md. */
const names = {
  status: 'longhaul.status',
  pause: 'longhaul.pause',
  resume: 'longhaul.resume',
  redrive: 'longhaul.deadLetters.redrive',
  drop: 'longhaul.deadLetters.drop',
} as const;

/** To operate one `longRunning` workflow, whichever run of it is open. */
export class OperatedWorkflow {
  constructor(
    private readonly client: Client,
    readonly workflowId: string,
    private readonly options: OperateOptions = {},
  ) {}

  /**
   * What the workflow says of itself.
   *
   * @throws WorkflowNotFoundError when there is none of this id.
   * @throws OperateError when it is none of `longRunning`, or no worker answers.
   * @remarks A query: it records nothing, needs a worker, and is one action on Temporal Cloud.
   */
  async status(): Promise<LonghaulStatus> {
    return this.timely(() => this.handle.query<LonghaulStatus>(names.status));
  }

  /** How the newest run ended, such as `completed` or `terminated`; undefined while it is open. @throws WorkflowNotFoundError */
  async ended(): Promise<string | undefined> {
    return statusName(await this.timely(() => this.handle.describe()));
  }

  /** Stops the handing out of items; what is in hand goes on, and what comes in is kept. @throws as `status` does */
  async pause(): Promise<LonghaulStatus> {
    return this.afterSignal(names.pause, ({ pausedSince }) => pausedSince !== null);
  }

  /** Ends a pause. @throws as `status` does */
  async resume(): Promise<LonghaulStatus> {
    return this.afterSignal(names.resume, ({ pausedSince }) => pausedSince === null);
  }

  /** Items whose handling failed, oldest first. @throws as `status` does */
  async deadLetters(): Promise<readonly DeadLetter[]> {
    return (await this.status()).deadLetters;
  }

  /**
   * Puts dead letters back into their inboxes.
   *
   * @throws WorkflowUpdateFailedError with `LonghaulDeadLetter` where no letter has one of the ids.
   */
  async redrive(which: DeadLetterSelection): Promise<DeadLetterResult> {
    await this.status(); // a workflow that takes no such update would let it wait
    return this.timely(() =>
      this.handle.executeUpdate<DeadLetterResult, [DeadLetterSelection]>(names.redrive, { args: [which] }),
    );
  }

  /** Drops dead letters for good. @throws as `redrive` does */
  async drop(which: DeadLetterSelection): Promise<DeadLetterResult> {
    await this.status();
    return this.timely(() =>
      this.handle.executeUpdate<DeadLetterResult, [DeadLetterSelection]>(names.drop, { args: [which] }),
    );
  }

  private get handle() {
    return this.client.workflow.getHandle(this.workflowId);
  }

  /** A signal is taken by any workflow, and heard of by none that does not know it: the status tells. */
  private async afterSignal(signal: string, isDone: (status: LonghaulStatus) => boolean): Promise<LonghaulStatus> {
    const before = await this.status();
    if (isDone(before) && (await this.ended()) === undefined) return before;
    await this.handle.signal(signal);
    for (let tries = 0; ; tries += 1) {
      const status = await this.status();
      if (isDone(status) || tries === 20) return status;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  private async timely<T>(call: () => Promise<T>): Promise<T> {
    const { timeoutMs = 15_000 } = this.options;
    try {
      return await this.client.withDeadline(Date.now() + timeoutMs, call);
    } catch (error) {
      if (error instanceof QueryNotRegisteredError) {
        const message = `Workflow ${this.workflowId} does not know ${names.status}: it is no longRunning workflow.`;
        throw new OperateError(message, 'not-longhaul', { cause: error });
      }
      if (isClosedUnseen(error)) {
        const message = `Workflow ${this.workflowId} was closed before a worker took it, so it can tell nothing.`;
        throw new OperateError(message, 'closed', { cause: error });
      }
      const isLate = isTimeout(error);
      if (!isLate && !isFailing(error)) throw error;
      const { cause, why } = await this.taskFailure();
      const more = `longhaul inspect ${inShell(this.workflowId)} shows more.`;
      // A task that nobody answered is for want of a worker.
      if (isLate && (cause === 'unknown' || cause === 'timed-out')) {
        const ended = statusName(await this.handle.describe().catch(() => undefined));
        const of =
          ended === undefined ? '' : `, which has ended (${ended}) and needs one all the same to tell of itself,`;
        const message = `No worker answered for workflow ${this.workflowId}${of} within ${timeoutMs / 1_000} s; ${more}`;
        throw new OperateError(message, 'no-worker', { cause: error });
      }
      const message = `Workflow ${this.workflowId} fails its workflow task: ${why.replace(/\.?$/, '.')} ${fixes[cause]} In full: ${more.replace(' shows more', '')}`;
      throw new OperateError(message, 'task-failing', { cause: error });
    }
  }

  private async taskFailure(): Promise<TaskFailure> {
    const { workflowService, options } = this.client;
    const request = {
      namespace: options.namespace,
      execution: { workflowId: this.workflowId },
      maximumPageSize: 1_000, // many signals may have come since
    };
    const page = await workflowService.getWorkflowExecutionHistoryReverse(request).catch(() => undefined);
    return taskFailureIn(page);
  }
}

/** The server's words where the workflow's newest task has failed. */
const isFailing = (error: unknown): boolean => says(error, /Workflow Task in failed state/i);

/** Undefined while it is open. */
function statusName(of: WorkflowExecutionDescription | undefined): string | undefined {
  const name = of?.status.name ?? 'RUNNING';
  return name === 'RUNNING' ? undefined : name.toLowerCase().replaceAll('_', ' ');
}

/** The server's words where there is nothing to replay for a query. */
const isClosedUnseen = (error: unknown): boolean => says(error, /closed before WorkflowTaskStarted/i);

function says(error: unknown, words: RegExp): boolean {
  for (let at = error; at instanceof Error; at = at.cause) if (words.test(at.message)) return true;
  return false;
}

const inShell = (id: string): string => (/^[\w.:/@-]+$/.test(id) ? id : `'${id.replaceAll("'", "'\\''")}'`);

/** gRPC's deadline, what it makes of a call that it was about to try again then, and the server's words of a query that nobody took. */
function isTimeout(error: unknown): boolean {
  for (let at = error; at instanceof Error; at = at.cause) {
    const { code } = at as { code?: unknown };
    if (code === 4 || code === 1 || /no poller seen|timed? ?out|deadline/i.test(at.message)) return true;
  }
  return false;
}
