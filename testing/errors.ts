import type { Backlog } from './notice-backlogs';

/** Thrown when no Temporal server could be found, built, started or reached. */
export class ServerUnavailableError extends Error {
  override readonly name = 'ServerUnavailableError';
}

/** Thrown when a worker process ends before its worker polls. */
export class WorkerProcessError extends Error {
  override readonly name = 'WorkerProcessError';

  /**
   * @param output The last lines that the process wrote.
   */
  constructor(
    message: string,
    readonly output: string,
  ) {
    super(message);
  }
}

/** Thrown when the history of a workflow does not replay on the code that wrote it. */
export class ReplayAfterwardsError extends Error {
  override readonly name = 'ReplayAfterwardsError';

  constructor(
    message: string,
    readonly workflowId: string,
    readonly runId: string,
    options: { cause: unknown },
  ) {
    super(message, options);
  }
}

/** Thrown when a test ends while workflows that it started are open, without having said why. */
export class LeftOpenError extends Error {
  override readonly name = 'LeftOpenError';

  constructor(
    message: string,
    readonly workflowIds: readonly string[],
  ) {
    super(message);
  }
}

/** What `error` says, whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Nobody read an inbox of a workflow that a test started, over many workflow tasks. */
export class BacklogError extends Error {
  override readonly name = 'BacklogError';
  readonly workflowId: string;

  constructor({ workflowType, workflowId, inbox, depth, tasks }: Backlog) {
    super(
      `Nobody read inbox '${inbox}' of workflow ${workflowType} ${workflowId} for ${tasks} workflow tasks, while it held ${depth} ` +
        "items. Read it, or start the workflow with { expectBacklog: '<why>' }.",
    );
    this.workflowId = workflowId;
  }
}
