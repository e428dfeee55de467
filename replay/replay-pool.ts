import type { EngineJob, EngineResult } from './engine/replay-engine';
import { type LineCoverage, mergeLines } from './engine/line-coverage';
import type { Replayer } from './replayer';

/** Replays many histories on several replayers at once. */
export class ReplayPool {
  private readonly replayers: Replayer[] = [];

  constructor(
    private readonly jobs: number,
    private readonly make: () => Replayer,
  ) {}

  /**
   * Replays all of `work`, the longest first, so that none is left to the end alone.
   *
   * @param each Called with each result as it comes.
   */
  async run<W extends { job: EngineJob; events: number }>(
    work: readonly W[],
    signal: AbortSignal | undefined,
    each: (work: W, result: EngineResult) => void,
  ): Promise<void> {
    const queue = [...work].sort((a, b) => costOf(b.events) - costOf(a.events));
    const stop = () => this.kill();
    signal?.addEventListener('abort', stop, { once: true });
    const one = async (index: number) => {
      const replayer = (this.replayers[index] ??= this.make());
      for (let next = queue.shift(); next; next = queue.shift()) {
        signal?.throwIfAborted();
        const result = await replayer.replay(next.job);
        signal?.throwIfAborted();
        each(next, result);
      }
    };
    try {
      await Promise.all(Array.from({ length: Math.min(this.jobs, queue.length) }, (_, index) => one(index)));
    } catch (error) {
      queue.length = 0;
      signal?.throwIfAborted();
      throw error;
    } finally {
      signal?.removeEventListener('abort', stop);
    }
  }

  async lines(): Promise<LineCoverage> {
    return mergeLines(await Promise.all(this.replayers.map((replayer) => replayer.lines())));
  }

  async close(): Promise<void> {
    await Promise.all(this.replayers.map((replayer) => replayer.close()));
  }

  kill(): void {
    for (const replayer of this.replayers) replayer.kill();
  }
}

/** In events, with what the core adds: its time grows with the square of a history's length. */
export function costOf(events: number): number {
  return events + events ** 2 / 20_000;
}
