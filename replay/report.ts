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

/** Something that a command of the same kind and name now says otherwise. The core lets it pass. */
export interface DriftEntry {
  /** The event that records the command. */
  eventId: number;
  /** The command, such as `ActivityTaskScheduled chargeCard`. */
  command: string;
  /** What differs, such as `args[0].price`, `startToCloseTimeout` or `duration`. */
  path: string;
  /** What the history has. Of a user's value its type, length and a hash that is keyed anew for each report. */
  recorded: string;
  /** What the code says now, in the same form. */
  actual: string;
  /** The line that issues the command; absent where it could not be found. */
  location?: SourceLocation;
  /** Listed in the file of accepted drift. */
  accepted?: boolean;
  /**
   * The same code says otherwise than itself: in another time zone or locale, at another time, or than when it was recorded.
   * Such drift always fails.
   */
  ofItself?: boolean;
}

export type ReplayStatus = 'pass' | 'drift' | 'nondeterminism' | 'failed' | 'invalid' | 'skipped' | 'timeout';

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
  /** Of `drift`, at most 50 entries; empty otherwise. */
  drift: DriftEntry[];
  /** Of every status but `pass`, `drift` and `nondeterminism`: why, in one sentence. */
  message?: string;
  /** Of `failed`: the line that threw, where known. */
  location?: SourceLocation;
  /** Signals that it received and that the code had no handler for as it ended, by name; absent where there were none. */
  unhandledSignals?: Record<string, number>;
  /** What was made good when it was read, and what that costs. */
  notes?: string[];
}

/** What came of one history. */
export type Verdict = Pick<HistoryResult, 'status' | 'divergence' | 'message' | 'location'>;

/** Which of some names histories show. */
export interface Covered {
  /** What the code has, as far as replays have come by it. */
  known: string[];
  /** What a replayed history shows. */
  seen: string[];
  /** What no history shows. */
  missing: string[];
}

/** Whether histories show a patch on both of its sides. */
export interface PatchCoverage {
  id: string;
  /** Whether the workflow code still has it. */
  inCode: boolean;
  /** Histories in which `patched` was true. */
  taken: number;
  /** Histories in which it was false: executions from before the patch. */
  notTaken: number;
}

export interface FileCoverage {
  file: string;
  /** Lines with code that some history reached. */
  reached: number[];
  /** Lines with code that none reached. */
  missing: number[];
}

export interface Coverage {
  workflowTypes: {
    /** Functions that the workflow file exports; empty if none could be loaded. */
    exported: string[];
    /** Types with at least one history that was replayed. */
    seen: string[];
    /** Exported, but no history shows that they still replay. */
    missing: string[];
  };
  /** Handlers as `type.name`. Which queries were asked, no history tells. */
  signals: Covered;
  updates: Covered;
  queries: string[];
  patches: PatchCoverage[];
  /** Kinds of commands in histories, such as `TimerStarted`, with the number of histories. */
  commandKinds: Record<string, number>;
  /** How executions ended, with the number of histories. */
  endStates: Record<string, number>;
  /** Workflow code by file; absent where lines were not watched. */
  files?: FileCoverage[];
}

/** What a corpus has to fulfil beyond that it replays. */
export interface PolicyFinding {
  policy: 'coverage' | 'span' | 'age' | 'same-code' | 'chain' | 'drift' | 'fast';
  level: 'error' | 'warning';
  /** One sentence. */
  message: string;
}

/** Histories that did not pass for one and the same cause. */
export interface FailureGroup {
  status: ReplayStatus;
  workflowType: string;
  divergence?: Divergence;
  message?: string;
  location?: SourceLocation;
  /** Of the histories that it struck. */
  files: string[];
}

/** The outcome of a replay, in the form that `longhaul replay --json` prints. It only ever gains fields. */
export interface ReplayReport {
  schema: 'longhaul.replay/1';
  /** Whether every history that could be replayed passed, at least one did, none was invalid, and no policy is broken. */
  ok: boolean;
  summary: Record<ReplayStatus, number> & { total: number; durationMs: number };
  /** How it was done: with the switches that make replay fast, or on the SDK's plain path. */
  engine: {
    path: 'fast' | 'plain';
    jobs: number;
    /** Why on the SDK's plain path. */
    reason?: string;
    /** With `fast`: how many passed without the core, since the code answered as it did when the core passed it. */
    withoutCore?: number;
    /** With `fast`: why the core replayed all of them. */
    notFast?: string;
    /** A replay without the core and the core disagreed, as `notFast` says. */
    disagreement?: boolean;
  };
  coverage: Coverage;
  policies: PolicyFinding[];
  /** What did not pass, one entry a cause, the most frequent first. */
  failures: FailureGroup[];
  histories: HistoryResult[];
}
