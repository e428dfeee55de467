import type { EngineJob, EngineResult } from './engine/replay-engine';
import type { Verdict } from './report';

/** Replays one history at a time, and always answers. */
export interface Replayer {
  replay(job: EngineJob): Promise<EngineResult>;
  close(): Promise<void>;
  /** Gives up at once what is being replayed. */
  kill(): void;
}

export function timedOut(deadlineMs: number): EngineResult {
  const verdict: Verdict = { status: 'timeout', message: `Its replay did not end within ${deadlineMs / 1_000} s.` };
  return { verdict, exported: [] };
}
