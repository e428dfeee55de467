/** What the main thread and the watching thread tell each other through shared memory; nanoseconds of the process's clock. */
export const slots = {
  /** When the main thread's event loop last ran. */
  mainTick: 0,
  /** When the thread last ran. */
  threadTick: 1,
  /** The thread's own longest pause since the main thread's last tick. */
  threadGap: 2,
} as const;

/** The activities that run, as the main thread tells the thread. */
export type ThreadMessage = { label: string; thresholdMs: number }[];
