import { Worker } from 'node:worker_threads';
import { slots } from './event-loop-slots';
import type { ThreadMessage } from './event-loop-slots';

export interface Watched {
  /** Names the activity in what the thread writes while nothing else can run. */
  label: string;
  /** Blocks shorter than this are not told. */
  thresholdMs: number;
  /** Called once the event loop runs again. */
  onBlocked: (block: Block) => void;
}

/** A time in which no JavaScript of the process's main thread ran. */
export interface Block {
  ms: number;
  /**
   * Synchronous code held the thread; or the whole process stood still, as under SIGSTOP or on a machine without a free core; or it
   * can't be told, in the first moments of a process.
   */
  kind: 'blocked' | 'suspended' | 'unknown';
}

const tickMs = 100;
/** Starting the thread is dearer than keeping it for the next activity. */
const lingerMs = 30_000;

/**
 * Watches the event loop while long activities run: no beat leaves while it is blocked, and from outside that looks like a dead
 * process. One watch serves the whole process.
 *
 * @returns what ends the watch.
 */
export function watchEventLoop(watched: Watched): () => void {
  shared ??= new EventLoopWatch();
  return shared.add(watched);
}

let shared: EventLoopWatch | undefined;

class EventLoopWatch {
  private readonly all = new Set<Watched>();
  private readonly memory = new SharedArrayBuffer(Object.keys(slots).length * 8);
  private readonly clocks = new BigInt64Array(this.memory);
  private timer: NodeJS.Timeout | undefined;
  private linger: NodeJS.Timeout | undefined;
  private thread: Worker | undefined;
  private tickedAt = performance.now();
  private usage = process.cpuUsage();

  add(watched: Watched): () => void {
    this.all.add(watched);
    clearTimeout(this.linger);
    if (!this.timer) this.start();
    this.tellThread();
    return () => {
      if (!this.all.delete(watched)) return;
      this.tellThread();
      if (this.all.size === 0) this.linger = setTimeout(() => this.stop(), lingerMs).unref();
    };
  }

  private start(): void {
    this.tickedAt = performance.now();
    this.usage = process.cpuUsage();
    this.clocks.fill(0n);
    this.mark();
    this.timer = setInterval(() => this.tick(), tickMs).unref();
    try {
      this.thread = new Worker(require.resolve('./event-loop-thread'), {
        workerData: this.memory,
        // The user's loaders and flags are not for this thread.
        execArgv: [],
        resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 4 },
      });
      this.thread.unref();
      this.thread.on('error', () => (this.thread = undefined));
    } catch {
      // A bundle without the thread's file, or a host without threads: a block is then told once it is over.
      this.thread = undefined;
    }
  }

  private stop(): void {
    clearInterval(this.timer);
    this.timer = undefined;
    void this.thread?.terminate();
    this.thread = undefined;
  }

  private tick(): void {
    const now = performance.now();
    const ms = now - this.tickedAt - tickMs;
    const kind = this.kindOf(ms);
    this.tickedAt = now;
    this.usage = process.cpuUsage();
    this.mark();
    for (const { thresholdMs, onBlocked } of [...this.all]) {
      if (ms >= thresholdMs) onBlocked({ ms: Math.round(ms), kind });
    }
  }

  private mark(): void {
    Atomics.store(this.clocks, slots.mainTick, process.hrtime.bigint());
  }

  private kindOf(ms: number): Block['kind'] {
    const at = Atomics.load(this.clocks, slots.threadTick);
    if (!this.thread || at === 0n) {
      // Without the thread only code that computed can be told.
      const { user, system } = process.cpuUsage(this.usage);
      return (user + system) / 1_000 > ms / 2 ? 'blocked' : 'unknown';
    }
    // The thread runs while the main thread is blocked, and stands still with it when the process does.
    const sinceMs = Number(process.hrtime.bigint() - at) / 1e6;
    const gapMs = Number(Atomics.load(this.clocks, slots.threadGap)) / 1e6;
    return Math.max(sinceMs, gapMs) > ms / 2 ? 'suspended' : 'blocked';
  }

  private tellThread(): void {
    const watched = [...this.all].map(({ label, thresholdMs }) => ({ label, thresholdMs }));
    this.thread?.postMessage(watched satisfies ThreadMessage);
  }
}
