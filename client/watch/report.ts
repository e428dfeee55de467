/** What is wrong with a run, or with a task queue. */
export type Verdict =
  | 'overdue'
  | 'workflow-task-failing'
  | 'activity-retrying'
  | 'activity-silent'
  | 'activity-overdue'
  | 'no-worker'
  | 'near-limit'
  | 'inbox-unread';

/** Why a workflow task fails. */
export type TaskFailureCause =
  'nondeterminism' | 'payload-size' | 'unknown-type' | 'code-error' | 'pending-limit' | 'timed-out' | 'unknown';

/** One thing that is wrong now. */
export interface Finding {
  verdict: Verdict;
  workflowType: string;
  /** Empty where the finding is about a task queue. */
  workflowId: string;
  runId: string;
  /** The first run of the chain: a rollover makes no new case. */
  firstRunId: string;
  taskQueue: string;
  /** Who is called, from the catalog or the search attribute. */
  team: string | null;
  /** What of the workflow it is about: an activity's type, a limit, a task queue. Empty where it is the whole. */
  subject: string;
  /** Since when, as far as that is known; ISO 8601. */
  since: string | null;
  /** One sentence. */
  message: string;
  /** What to do, one sentence. */
  fix: string;
  /** Of `workflow-task-failing`. */
  cause?: TaskFailureCause;
  attempts?: number;
}

/** A finding over time: it is told once when it comes, and once when it is over. */
export interface WatchCase extends Finding {
  key: string;
  /** When it was found first, and last; ISO 8601. */
  openedAt: string;
  seenAt: string;
}

/** What changed. `onEvent` gets each once; again only where it threw, or the watch ended before it could note it. */
export type WatchEvent = { schema: 'longhaul.watch-event/1'; at: string; namespace: string } & (
  | { type: 'alert'; case: WatchCase }
  | { type: 'resolved'; case: WatchCase; how: 'healthy' | 'closed' }
  | { type: 'unreachable'; message: string }
  | { type: 'reachable'; message: string }
);

/** Workflows of one type and team. */
export interface WatchGroup {
  team: string | null;
  workflowType: string;
  /** How many run; null where the type is not in the catalog, and so is not counted by itself. */
  running: number | null;
  /** How many are past their expected maximum, also those too many to look at each. */
  overdue: number;
  cases: WatchCase[];
}

/** How much of what runs was looked at. What only a describe tells is found as the sweep comes by. */
export interface WatchCoverage {
  running: number;
  /** Looked at in this scan: suspects, open cases and the sweep. */
  looked: number;
  /** Looked at in the current round of the sweep. */
  inRound: number;
  /** When the last round over all that runs was done, ISO 8601, and how long it took; null before. */
  lastRoundAt: string | null;
  lastRoundMs: number | null;
  /** Suspects that were left for the next scan, since there are more than one scan looks at. */
  leftOver: number;
}

/** Calls to the server. */
export interface WatchCost {
  counts: number;
  lists: number;
  describes: number;
  histories: number;
  taskQueues: number;
  others: number;
}

/** The outcome of a scan, in the form that `longhaul watch --json` prints. It only ever gains fields. */
export interface WatchReport {
  schema: 'longhaul.watch/1';
  /** Whether there is no open case. */
  ok: boolean;
  at: string;
  namespace: string;
  durationMs: number;
  groups: WatchGroup[];
  coverage: WatchCoverage;
  cost: WatchCost;
  /** What could not be looked at, and why. */
  warnings: string[];
}
