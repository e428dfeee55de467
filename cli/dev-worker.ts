import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { bundleWorkflows } from '../replay/bundle-workflows';
import type { WorkerProcess } from '../testing';

export interface DevWorkerOptions {
  workflowsPath: string;
  activitiesPath?: string;
  taskQueue: string;
  address: string;
  /** Flags for the worker's Node. */
  execArgv: readonly string[];
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
    const { workflowsPath, activitiesPath, taskQueue, address, execArgv, report } = this.options;
    const startedAt = performance.now();
    const { startWorkerProcess } = await import('../testing/index.js');
    const folder = await mkdtemp(join(tmpdir(), 'longhaul-dev-'));
    try {
      const workflowBundlePath = join(folder, 'workflow-bundle.js');
      await writeFile(workflowBundlePath, await bundleWorkflows(workflowsPath, {}));
      const worker = await startWorkerProcess({
        address,
        taskQueue,
        workflowBundlePath,
        execArgv,
        ...(activitiesPath !== undefined && { activitiesPath }),
      });
      this.running = worker;
      await worker.ready;
      report(`Worker      ready after ${((performance.now() - startedAt) / 1_000).toFixed(1)} s`);
      void worker.exited.then(() => {
        if (this.running === worker) this.failed(new Error(lastLine(worker.output)));
      });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
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

function lastLine(output: string): string {
  return output.trim().split('\n').at(-1) ?? '';
}
