/** How the worker is made to fail: SIGKILL, SIGTERM (it drains), or SIGSTOP (it hangs, and comes back). */
export type DrillHow = 'kill' | 'term' | 'stall';

export type DrillRule =
  | 'no-heartbeat-timeout'
  | 'no-beats'
  | 'no-checkpoint'
  | 'checkpoint-ignored'
  | 'not-retried'
  | 'not-in-time'
  | 'late'
  | 'slow-drain';

/** What a drill found wrong. */
export interface DrillFinding {
  rule: DrillRule;
  /** Of a `no-go` a crash costs more than it need; a `warning` is to be looked at. */
  severity: 'no-go' | 'warning';
  /** One sentence. */
  message: string;
  /** What to do, one sentence. */
  fix: string;
}

/** How the activity was scheduled, in milliseconds; null is unset. */
export interface DrilledTimeouts {
  heartbeatMs: number | null;
  startToCloseMs: number | null;
  scheduleToCloseMs: number | null;
  scheduleToStartMs: number | null;
  /** 0 is without limit. */
  maximumAttempts: number;
}

/** One worker made to fail, as the server's own record tells it. */
export interface DrillTry {
  workflowId: string;
  runId: string;
  activityId: string;
  /** When the worker was made to fail; ISO 8601. */
  at: string;
  attempt: number;
  /** When that attempt began. */
  attemptStartedAt: string;
  /** The last beat that reached the server; null without one. */
  lastBeatAt: string | null;
  /** What it carried: what the next attempt is given. Absent where it carried nothing. */
  checkpoint?: unknown;
  /** By what the server noticed; null where the attempt ended by itself, or is not over. */
  timeout: 'heartbeat' | 'start-to-close' | 'schedule-to-close' | 'schedule-to-start' | null;
  /** The message of the failure by which the attempt ended. */
  failure: string | null;
  /** When the next attempt began; null where none did in time. */
  nextAttemptAt: string | null;
  /** Which one that is. Attempts between the two went to the worker that was made to fail, as the polls of a suspended one take work. */
  nextAttempt?: number;
  /** From the failure of the worker until another one polled, in milliseconds: no attempt could begin before. */
  replacedAfterMs: number;
  /** Of a drain: milliseconds until the process had ended. */
  drainedAfterMs?: number;
  /** From the failure of the worker to the next attempt, in milliseconds. */
  resumedAfterMs: number | null;
  /** How much work was done again at most: since the last beat that carried a checkpoint, else since the attempt began. */
  redoneMs: number;
  /** Whether the next attempt went on from the checkpoint; null where its beats do not tell. */
  continued: boolean | null;
  findings: DrillFinding[];
}

/**
 * What a drill measured. `longhaul drill` prints it with `--json` and keeps it as a record, which `longhaul review` reads. It only
 * ever gains fields.
 */
export interface DrillReport {
  schema: 'longhaul.drill/1';
  /** Whether no finding is a no-go. */
  ok: boolean;
  at: string;
  address: string;
  namespace: string;
  workflowType: string;
  activityType: string;
  how: DrillHow;
  /** Makes the same random moments again. */
  seed: number;
  timeouts: DrilledTimeouts;
  tries: DrillTry[];
  /** Each kind of finding once, the worst try's. */
  findings: DrillFinding[];
  /** Build id of the worker that was made to fail, where it has one. */
  codeVersion: string | null;
}
