import { crashWorker, startWorkerProcess } from 'longhaul/testing';
import type { WorkerProcess, WorkerProcessOptions } from 'longhaul/testing';

/** Several worker processes; who is killed is replaced. */
export class Crew {
  kills = 0;
  private closed = false;

  private constructor(
    private readonly options: WorkerProcessOptions,
    private readonly workers: Promise<WorkerProcess>[],
  ) {}

  static async start(options: WorkerProcessOptions, count: number): Promise<Crew> {
    const crew = new Crew(options, []);
    for (let n = 0; n < count; n += 1) crew.workers.push(crew.hire(n));
    for (const worker of crew.workers) await (await worker).ready;
    return crew;
  }

  /** Kills a worker with SIGKILL: now, or right after it has made an effect and before it can say so. */
  async kill(victim: number, where: 'anywhere' | 'after-effect'): Promise<void> {
    const worker = await this.workers[victim];
    if (worker === undefined) return;
    if (where === 'after-effect') {
      const crash = await crashWorker(worker, { at: 'after-effect' }, { withinMs: 3_000 });
      await crash.happened.catch(() => worker.kill());
    } else {
      await worker.kill();
    }
    this.kills += 1;
    await this.workers[victim];
  }

  async close(): Promise<void> {
    this.closed = true;
    await Promise.all(this.workers.map(async (worker) => (await worker).kill()));
  }

  private async hire(place: number): Promise<WorkerProcess> {
    const worker = await startWorkerProcess(this.options);
    // It may also end by itself, when the server was gone for long.
    void worker.exited.then(() => {
      if (!this.closed) this.workers[place] = this.hire(place);
    });
    return worker;
  }
}
