import { AsyncLocalStorage } from 'node:async_hooks';

/** What the workflow tells its activities in a header. */
export interface WorkflowOrigin {
  /** The first run of the continue-as-new chain. */
  firstRunId: string;
  /** The inbox item in hand when the activity was scheduled. */
  item?: string;
}

export interface Host {
  origin: WorkflowOrigin | undefined;
  /** Aborts when the worker begins to shut down, before its grace time is over. */
  shutdown: AbortSignal | undefined;
}

/** What the worker's plugin tells the activity that runs. */
export const host = new AsyncLocalStorage<Host>();
