import { setTimeout as sleep } from 'node:timers/promises';
import type { WorkerProcess } from '../start-worker-process';
import type { DrillHow } from './drill-report';

/** A worker that can be made to fail; what `startWorkerProcess` gives is one. */
export type DrilledWorker = Pick<WorkerProcess, 'pid' | 'ready' | 'kill' | 'activities'>;

/** As long as a worker may take to drain. */
const drainMs = 60_000;

/** The worker that is to fail, and the one that takes over from it. */
export class Crew {
  private current: Promise<DrilledWorker> | undefined;
  private suspended: DrilledWorker | undefined;

  constructor(private readonly start: () => Promise<DrilledWorker>) {}

  async ready(): Promise<DrilledWorker> {
    this.current ??= this.start();
    const worker = await this.current;
    await worker.ready;
    return worker;
  }

  async fail(how: DrillHow): Promise<void> {
    const worker = await this.current;
    this.current = undefined;
    if (!worker) return;
    if (how === 'kill') {
      await worker.kill('SIGKILL');
    } else if (how === 'stall') {
      process.kill(worker.pid, 'SIGSTOP');
      this.suspended = worker;
    } else {
      const impatient = setTimeout(() => void worker.kill('SIGKILL'), drainMs);
      await worker.kill('SIGTERM');
      clearTimeout(impatient);
    }
  }

  /** A suspended worker goes on, beside the one that took over: what it does then must not count. */
  async settle(): Promise<void> {
    const { suspended } = this;
    this.suspended = undefined;
    if (!suspended) return;
    process.kill(suspended.pid, 'SIGCONT');
    await sleep(500);
    await suspended.kill('SIGKILL');
  }

  async end(): Promise<void> {
    await this.settle().catch(() => undefined);
    const worker = await this.current?.catch(() => undefined);
    await worker?.kill('SIGKILL');
  }
}
