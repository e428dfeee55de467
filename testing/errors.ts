import type { Backlog } from './notice-backlogs';

/** Thrown when no Temporal server could be found, built, started or reached. */
export class ServerUnavailableError extends Error {
  override readonly name = 'ServerUnavailableError';
}

/** Thrown when a package of the SDK that is needed is not installed. */
export class MissingPackageError extends Error {
  override readonly name = 'MissingPackageError';
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

/** Thrown when a worker was to be crashed at a moment that did not come. */
export class CrashError extends Error {
  override readonly name = 'CrashError';
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

/** Thrown when the history of a workflow grows by more per item than it may. */
export class HistoryBudgetError extends Error {
  override readonly name = 'HistoryBudgetError';
}

/** Thrown when a seeded schedule fails; its message says how to repeat it. */
export class ScheduleError extends Error {
  override readonly name = 'ScheduleError';

  constructor(
    message: string,
    readonly seed: number,
    options: { cause: unknown },
  ) {
    super(message, options);
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
