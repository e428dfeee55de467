import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';

interface FleetOptions {
  address: string;
  taskQueue: string;
  size: number;
  /** Where the workers' own output goes. */
  logFile: string;
}

/** Worker processes that can be frozen, killed and replaced. */
export class Fleet {
  private readonly workers = new Set<ChildProcess>();
  private closing = false;

  private constructor(
    private readonly options: FleetOptions,
    private readonly log: FileHandle,
  ) {}

  static async start(options: FleetOptions): Promise<Fleet> {
    const fleet = new Fleet(options, await open(options.logFile, 'a'));
    await Promise.all(Array.from({ length: options.size }, () => fleet.add()));
    return fleet;
  }

  /** The workers that run, in no order. */
  get pids(): number[] {
    return [...this.workers].flatMap(({ pid }) => (pid === undefined ? [] : [pid]));
  }

  /** Starts one more worker and waits until it polls. */
  async add(): Promise<void> {
    const { address, taskQueue, logFile } = this.options;
    const stdio = ['ignore', this.log.fd, this.log.fd, 'ipc'] as const;
    const worker = spawn(process.execPath, ['--enable-source-maps', require.resolve('./worker'), address, taskQueue], {
      stdio: [...stdio],
    });
    this.workers.add(worker);
    const exited = once(worker, 'exit').then(() => {
      this.workers.delete(worker);
      return 'exited';
    });
    const [first] = (await Promise.race([once(worker, 'message'), exited.then((end) => [end])])) as [unknown];
    if (first !== 'ready' && !this.closing) throw new Error(`A worker ended before it was ready; see ${logFile}`);
  }

  /** SIGKILL: nothing of the process runs any more, and nobody is told. */
  async kill(pid: number): Promise<void> {
    const worker = [...this.workers].find((candidate) => candidate.pid === pid);
    if (!worker) return;
    const exited = once(worker, 'exit');
    worker.kill('SIGKILL');
    await exited;
  }

  async stop(): Promise<void> {
    this.closing = true;
    await Promise.all(
      [...this.workers].map(async (worker) => {
        const exited = once(worker, 'exit');
        worker.kill('SIGTERM');
        // Nothing is lost by it: whatever a worker was doing is on the server.
        const deadline = setTimeout(() => worker.kill('SIGKILL'), 2_000);
        await exited;
        clearTimeout(deadline);
      }),
    );
    await this.log.close();
  }
}
