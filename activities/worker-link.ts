import { AsyncLocalStorage } from 'node:async_hooks';

/** What the worker's plugin and an attempt of an activity tell each other. */
export interface WorkerLink {
  /** Aborts as soon as the worker begins to shut down; the SDK tells activities only when its grace time is over. */
  readonly shutdown: AbortSignal;

  /** To be told of each beat that does not go through the SDK's `heartbeat()`. */
  beat(): void;
}

/** Empty where the worker runs without the plugin. */
export const workerLink = new AsyncLocalStorage<WorkerLink>();
