/** Where a worker process that `startWorkerProcess` started listens for its crash points. */
const reached = Symbol.for('longhaul.crashPoint');

type Points = { [reached]?: (name: string) => void };

/**
 * Names a point in activity code at which a test may crash the worker: `crashWorker(worker, { at: name })` kills the process
 * right here with SIGKILL, before the next statement runs.
 *
 * What must survive a crash is decided between two statements, say after a card was charged and before it was noted, and no
 * kill from outside hits that gap twice.
 *
 * @param name What has just happened: `'after-charge'`.
 * @remarks Does nothing outside a process of `startWorkerProcess`, in production among others. Not for workflow code: there,
 *   crash at an event of the history.
 */
export function crashPoint(name: string): void {
  (globalThis as Points)[reached]?.(name);
}

/** Makes this process's crash points call `onReached`. */
export function watchCrashPoints(onReached: (name: string) => void): void {
  (globalThis as Points)[reached] = onReached;
}
