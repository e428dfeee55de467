import type { LineCoverage } from './engine/line-coverage';
import type { EngineJob, EngineResult } from './engine/replay-engine';
import type { Verdict } from './report';

/** Replays one history at a time, and always answers. */
export interface Replayer {
  replay(job: EngineJob): Promise<EngineResult>;
  /** Lines of workflow code that were reached; empty where they are not watched. */
  lines(): Promise<LineCoverage>;
  close(): Promise<void>;
  /** Gives up at once what is being replayed. */
  kill(): void;
}

export function noResult(verdict: Verdict): EngineResult {
  return { verdict, drift: [], moved: [] };
}

export function timedOut(deadlineMs: number): EngineResult {
  return noResult({ status: 'timeout', message: `Its replay did not end within ${deadlineMs / 1_000} s.` });
}
