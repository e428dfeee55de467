/** A place in the user's source. Lines and columns count from 1. */
export interface SourceLocation {
  file: string;
  line: number;
  column: number;
}

/** The first place at which the code did something else than the history says. */
export interface Divergence {
  /** Event at which they part; absent if neither the core nor the comparison names one. */
  eventId?: number;
  /** What the history holds, such as `ActivityTaskScheduled chargeCard`. */
  expected: string;
  /** What the code does now, such as `StartTimer 1s`. */
  actual: string;
  /** The core's own words. */
  message: string;
  /** What brought it about and what to do, where that is known; absent where only the code's author can tell. */
  hint?: string;
  /** The line that issues the command, or at which the workflow now waits; absent where it could not be found. */
  location?: SourceLocation;
}

export type ReplayStatus = 'pass' | 'nondeterminism' | 'failed' | 'invalid' | 'skipped' | 'timeout';

export interface HistoryResult {
  file: string;
  workflowType: string;
  workflowId: string;
  runId: string;
  /** Number of events. */
  events: number;
  /** Milliseconds between its first event and its last. */
  spanMs: number;
  status: ReplayStatus;
  /** Of `nondeterminism`. */
  divergence?: Divergence;
  /** Of every status but `pass` and `nondeterminism`: why, in one sentence. */
  message?: string;
  /** Of `failed`: the line that threw, where known. */
  location?: SourceLocation;
}

/** What came of one history. */
export type Verdict = Pick<HistoryResult, 'status' | 'divergence' | 'message' | 'location'>;

export interface Coverage {
  workflowTypes: {
    /** Functions that the workflow file exports; empty if none could be loaded. */
    exported: string[];
    /** Types with at least one history that was replayed. */
    seen: string[];
    /** Exported, but no history shows that they still replay. */
    missing: string[];
  };
}

/** The outcome of a replay, in the form that `longhaul replay --json` prints. It only ever gains fields. */
export interface ReplayReport {
  schema: 'longhaul.replay/1';
  /** Whether every history that could be replayed passed, at least one did, and none was invalid. */
  ok: boolean;
  summary: Record<ReplayStatus, number> & { total: number; durationMs: number };
  coverage: Coverage;
  histories: HistoryResult[];
}

export function toReport(histories: HistoryResult[], exported: readonly string[], durationMs: number): ReplayReport {
  const summary = {
    total: histories.length,
    pass: 0,
    nondeterminism: 0,
    failed: 0,
    invalid: 0,
    skipped: 0,
    timeout: 0,
  };
  const seen = new Set<string>();
  for (const { status, workflowType } of histories) {
    summary[status] += 1;
    if (status === 'pass' || status === 'nondeterminism') seen.add(workflowType);
  }
  return {
    schema: 'longhaul.replay/1',
    ok: summary.pass > 0 && summary.pass + summary.skipped === summary.total,
    summary: { ...summary, durationMs },
    coverage: {
      workflowTypes: {
        exported: [...exported].sort(),
        seen: [...seen].sort(),
        missing: exported.filter((type) => !seen.has(type)).sort(),
      },
    },
    histories,
  };
}
