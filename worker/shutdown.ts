import type { Worker } from '@temporalio/worker';
import { applied } from './applied';

const lookEveryMs = 50;

/** Runs a worker, and tells its activities at once when it begins to shut down: long ones then hand over within the grace time. */
export async function tellActivitiesOfShutdown(worker: Worker, next: (worker: Worker) => Promise<void>): Promise<void> {
  const controllers = worker.options.interceptors.activity
    .map((factory) => (factory as { [applied]?: unknown })[applied])
    .filter((controller) => controller instanceof AbortController);
  // The SDK tells nobody but its own parts.
  const timer = setInterval(() => {
    const state = worker.getState();
    if (state === 'INITIALIZED' || state === 'RUNNING') return;
    clearInterval(timer);
    for (const controller of controllers) controller.abort(new Error('WORKER_SHUTDOWN'));
  }, lookEveryMs).unref();
  try {
    await next(worker);
  } finally {
    clearInterval(timer);
  }
}
