/** A wait that is allowed to take long. */
interface Hold {
  label: string;
  maxMs: number;
  dueAt: number;
}

export interface StallWatchOptions {
  /** Without progress and without a hold for this long, the attempt counts as stalled; undefined: only holds are watched. */
  afterMs: number | undefined;
  /** Called once, with what is to be told. */
  onStall: (what: string) => void;
}

/** A timer that comes later than this tells of a blocked event loop, in which nothing could make progress. */
const lateMs = 500;

/** Tells a hang from slow work: beats only say that the process lives. */
export class StallWatch {
  private readonly holds = new Set<Hold>();
  private progressAt = performance.now();
  private timer: NodeJS.Timeout | undefined;
  private closed = false;

  constructor(private readonly options: StallWatchOptions) {
    this.arm();
  }

  progress(): void {
    this.progressAt = performance.now();
  }

  /** While a hold is open only its own maximum counts. @returns what ends it. */
  hold(label: string, maxMs: number): () => void {
    const hold = { label, maxMs, dueAt: performance.now() + maxMs };
    this.holds.add(hold);
    this.arm();
    return () => {
      if (!this.holds.delete(hold)) return;
      this.progress();
      this.arm();
    };
  }

  close(): void {
    this.closed = true;
    clearTimeout(this.timer);
  }

  private arm(): void {
    clearTimeout(this.timer);
    const { dueAt } = this.next();
    if (this.closed || dueAt === Infinity) return;
    this.wakeAt(dueAt);
  }

  private wakeAt(at: number): void {
    this.timer = setTimeout(() => this.look(at), Math.min(Math.max(1, at - performance.now()), 2 ** 31 - 1));
  }

  private look(expectedAt: number): void {
    const now = performance.now();
    const { dueAt, what } = this.next();
    if (dueAt > now) {
      this.arm();
    } else if (now - expectedAt > lateMs) {
      // What waited behind the blocked loop goes first: it may be the very progress that is missed.
      this.wakeAt(now + lateMs);
    } else {
      this.close();
      this.options.onStall(what);
    }
  }

  /** What will count as a stall first, and when. */
  private next(): { dueAt: number; what: string } {
    const [first] = [...this.holds].sort((a, b) => a.dueAt - b.dueAt);
    if (first) return { dueAt: first.dueAt, what: `hold '${first.label}' took longer than its ${first.maxMs} ms` };
    const { afterMs } = this.options;
    if (afterMs === undefined) return { dueAt: Infinity, what: '' };
    return { dueAt: this.progressAt + afterMs, what: `no progress for ${afterMs} ms` };
  }
}
