import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { WorkerProcess } from '../testing';

export interface DevWorkerOptions {
  /** Of `longhaul worker`. */
  args: readonly string[];
  cwd: string;
  taskQueue: string;
  /** Takes one line for each thing that happens to the worker. */
  report: (line: string) => void;
}

/** Milliseconds that a worker has to end by itself. */
const graceMs = 5_000;

/** A worker process that can be replaced by one on newer code. One that can't start is reported, and waits for the next. */
export class DevWorker {
  private running: WorkerProcess | undefined;
  private turn: Promise<void> = Promise.resolve();
  private queued = false;
  private stopped = false;

  constructor(private readonly options: DevWorkerOptions) {}

  /** Replaces the worker, after a replacement that is under way. */
  restart(): void {
    if (this.queued || this.stopped) return;
    this.queued = true;
    this.turn = this.turn.then(async () => {
      this.queued = false;
      await this.end();
      if (!this.stopped) await this.begin().catch((error: unknown) => this.failed(error));
    });
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.turn;
    await this.end();
  }

  private async begin(): Promise<void> {
    const { args, cwd, taskQueue, report } = this.options;
    const startedAt = performance.now();
    const { startWorkerCommand } = await import('../testing/start-worker-process.js');
    const worker = await startWorkerCommand([join(__dirname, 'bin.js'), 'worker', ...args], {
      cwd,
      taskQueue,
      // What activities and workflows print; what the command says itself is reported in one line below.
      onLine: (line) => (/^(?:longhaul worker: |Worker polls )/.test(line) ? undefined : report(line)),
    });
    this.running = worker;
    try {
      await worker.ready;
    } catch (error) {
      if (this.running !== worker) return;
      throw new Error(reasonIn(worker.output) ?? (error as Error).message);
    }
    report(`Worker      ready after ${((performance.now() - startedAt) / 1_000).toFixed(1)} s`);
    void worker.exited.then(() => {
      if (this.running === worker) this.failed(new Error(reasonIn(worker.output) ?? lastLine(worker.output)));
    });
  }

  private failed(error: unknown): void {
    this.running = undefined;
    if (this.stopped) return;
    const message = error instanceof Error ? error.message : String(error);
    this.options.report(`Worker      stopped, until the next change: ${message.split('\n')[0] ?? ''}`);
  }

  private async end(): Promise<void> {
    const { running } = this;
    this.running = undefined;
    if (!running) return;
    const patience = new AbortController();
    const impatient = sleep(graceMs, undefined, { signal: patience.signal }).then(
      () => running.kill('SIGKILL'),
      () => undefined,
    );
    await running.kill('SIGTERM');
    patience.abort();
    await impatient;
  }
}

function reasonIn(output: string): string | undefined {
  return /^longhaul worker: (.*)$/m.exec(output)?.[1];
}

function lastLine(output: string): string {
  return output.trim().split('\n').at(-1) ?? '';
}
