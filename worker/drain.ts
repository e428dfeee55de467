import type { Worker } from '@temporalio/worker';

/** The worker was given up, since activities went on for longer than `shutdownForceTime`. */
export class DrainError extends Error {
  override readonly name = 'DrainError';

  constructor(options: ErrorOptions) {
    super(
      'runWorker: the worker did not drain within shutdownForceTime: an activity went on although it was told to end. What it had in hand is done again when it times out; have activities end with their cancellation signal, as longActivity does by itself',
      options,
    );
  }
}

/** The SDK's own error for it, or the one that takes its place: the native worker can't be closed while an activity runs in it. */
const isOverdue = (error: unknown): boolean =>
  error instanceof Error &&
  (error.name === 'GracefulShutdownPeriodExpiredError' || /Worker still in use/.test(error.message));

/** Drains a worker when the process is asked to end; asked again, it ends the process. */
export class Drain {
  private worker: Worker | undefined;
  private asked = false;

  constructor(private readonly signals: readonly NodeJS.Signals[]) {
    for (const signal of signals) process.on(signal, this.onSignal);
  }

  /** Whether the process was asked to end. */
  get requested(): boolean {
    return this.asked;
  }

  get state(): ReturnType<Worker['getState']> | 'STARTING' {
    return this.worker?.getState() ?? 'STARTING';
  }

  async run(worker: Worker, onRunning?: () => void): Promise<void> {
    this.worker = worker;
    const running = worker.run();
    onRunning?.();
    // Asked to end while it was made.
    if (this.requested) this.shutDown();
    await running.catch((error: unknown) => {
      throw this.asked && isOverdue(error) ? new DrainError({ cause: error }) : error;
    });
  }

  close(): void {
    for (const signal of this.signals) process.off(signal, this.onSignal);
  }

  private readonly onSignal = (signal: NodeJS.Signals): void => {
    if (this.asked) {
      process.stderr.write(`longhaul: ${signal} again: the worker is given up\n`);
      process.exit(1);
    }
    this.asked = true;
    this.shutDown();
  };

  private shutDown(): void {
    // The SDK's own handler may have come first.
    if (this.worker?.getState() === 'RUNNING') this.worker.shutdown();
  }
}
