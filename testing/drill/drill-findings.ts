import type { DrilledTimeouts, DrillFinding, DrillHow, DrillRule, DrillTry } from './drill-report';

/** The grace that `runWorker` gives activities, and as much time to end as a machine that is busy may need. */
const drainMs = 15_000;

/** Beyond the heartbeat timeout and the retry's pause, for a machine that is busy. */
const slackMs = 5_000;

/** `9.4 s`, `90 min`, `36 h`. */
function lengthText(ms: number): string {
  if (ms < 120_000) return `${(ms / 1_000).toFixed(1)} s`;
  return ms < 7_200_000 ? `${Math.round(ms / 60_000)} min` : `${Math.round(ms / 3_600_000)} h`;
}

/** What a try says of the activity. A sound one says nothing. */
export function findingsOf(
  tried: Omit<DrillTry, 'findings'>,
  {
    activity,
    how,
    timeouts,
    hasBeaten,
    waitedMs,
  }: {
    activity: string;
    how: DrillHow;
    timeouts: DrilledTimeouts;
    hasBeaten: boolean;
    waitedMs: number;
  },
): DrillFinding[] {
  const found: DrillFinding[] = [];
  const add = (severity: DrillFinding['severity'], rule: DrillRule, message: string, fix: string) =>
    found.push({ rule, severity, message, fix });
  const { heartbeatMs, startToCloseMs, maximumAttempts } = timeouts;
  if (heartbeatMs === null) {
    const only = startToCloseMs === null ? 'never' : `only ${lengthText(startToCloseMs)} after it began`;
    add(
      'no-go',
      'no-heartbeat-timeout',
      `${activity} is scheduled without a heartbeatTimeout, so that the server notices a crash ${only}.`,
      "Schedule it with heartbeatTimeout: '45 seconds', and have it beat: longActivity does by itself.",
    );
  }
  if (!hasBeaten) {
    add(
      'no-go',
      'no-beats',
      `${activity} did not beat.`,
      'Make it a longActivity, or call heartbeat() from its loop: without a beat it is not known to live, and not cancelled either.',
    );
  } else if (tried.checkpoint === undefined) {
    add(
      'no-go',
      'no-checkpoint',
      `The beats of ${activity} carry nothing, so that each attempt begins anew.`,
      'Give heartbeat() where it stands and read it back at the start, or use checkpoint.commit() of a longActivity.',
    );
  } else if (tried.continued === false) {
    add(
      'no-go',
      'checkpoint-ignored',
      `The next attempt of ${activity} began before the checkpoint that the server had for it.`,
      'Read activityInfo().heartbeatDetails at the start, or checkpoint.last of a longActivity.',
    );
  }
  if (tried.nextAttemptAt === null && tried.failure !== null) {
    const attempts = maximumAttempts > 0 ? `, at attempt ${tried.attempt} of ${maximumAttempts}` : '';
    add(
      'no-go',
      'not-retried',
      `${activity} failed for good when its worker did (${tried.failure}${attempts}).`,
      'Bound it by scheduleToCloseTimeout, and leave maximumAttempts out: each crash and each deploy uses one up.',
    );
  } else if (tried.nextAttemptAt === null && heartbeatMs !== null) {
    add(
      'no-go',
      'not-in-time',
      `No attempt of ${activity} began within ${lengthText(waitedMs)}.`,
      'See that workers have free slots for it, and how long the pauses of its retry policy are.',
    );
  }
  // A drain is over once the worker has ended, and its successor may poll before the timeout.
  const between = (tried.nextAttempt ?? 0) - tried.attempt - 1;
  const due = Math.max(tried.replacedAfterMs, how === 'term' ? 0 : (heartbeatMs ?? 0)) + slackMs;
  // Attempts that went to a suspended worker are no fault of the activity.
  if (tried.resumedAfterMs !== null && heartbeatMs !== null && tried.resumedAfterMs > due && between <= 0) {
    add(
      'warning',
      'late',
      `The next attempt of ${activity} began ${lengthText(tried.resumedAfterMs)} after its worker failed.`,
      'Shorten heartbeatTimeout or the pauses of the retry policy, or add workers.',
    );
  }
  if (tried.drainedAfterMs !== undefined && tried.drainedAfterMs > drainMs) {
    add(
      'warning',
      'slow-drain',
      `${activity} kept its worker from ending for ${lengthText(tried.drainedAfterMs)} after SIGTERM.`,
      'Have it end with its cancellation signal, as longActivity does by itself: a platform that waits for less kills the worker.',
    );
  }
  return found;
}

/** Each rule once, with what the worst try says. */
export function mergedFindings(tries: readonly DrillTry[]): DrillFinding[] {
  const merged = new Map<DrillRule, DrillFinding>();
  for (const finding of tries.flatMap(({ findings }) => findings)) {
    if (merged.get(finding.rule)?.severity !== 'no-go') merged.set(finding.rule, finding);
  }
  return [...merged.values()];
}
