import type { DrillReport, DrillTry } from '../../testing';
import { countOf, durationText, shortText } from './units';

/** What `longhaul drill` prints at a terminal. */
export function drillText(report: DrillReport, file: string): string {
  const { activityType, workflowType, how, tries, findings, timeouts, seed, ok } = report;
  const ms = (value: number | null) => (value === null ? 'none' : durationText(value));
  const scheduled = `heartbeat timeout ${ms(timeouts.heartbeatMs)}, start-to-close ${ms(timeouts.startToCloseMs)}, schedule-to-close ${ms(timeouts.scheduleToCloseMs)}, ${timeouts.maximumAttempts === 0 ? 'attempts without limit' : `at most ${countOf(timeouts.maximumAttempts, 'attempt')}`}`;
  const failed = { kill: 'killed', term: 'drained', stall: 'suspended' }[how];
  return [
    `${activityType} of ${workflowType}, its worker ${failed} ${tries.length === 1 ? 'once' : `${tries.length} times`} (seed ${seed})`,
    `  ${scheduled}`,
    ...tries.map(tryLine),
    '',
    ...findings.flatMap(({ rule, severity, message, fix }) => [`${severity} ${rule}: ${message}`, `  ${fix}`]),
    `${ok ? 'It resumes as it should.' : 'To mend before it goes live.'} Recorded in ${file}`,
  ].join('\n');
}

function tryLine(tried: DrillTry): string {
  const {
    timeout,
    failure,
    resumedAfterMs,
    checkpoint,
    continued,
    redoneMs,
    attempt,
    nextAttempt = attempt + 1,
  } = tried;
  const noticed =
    timeout === null
      ? failure === null
        ? 'nobody noticed'
        : `it failed: ${shortText(failure, 60)}`
      : `${timeout} timeout`;
  if (resumedAfterMs === null) return `  ${noticed}; no next attempt began`;
  const from =
    checkpoint === undefined
      ? 'from the beginning'
      : continued === false
        ? `from the beginning, in spite of checkpoint ${shortText(checkpoint, 60)}`
        : `from checkpoint ${shortText(checkpoint, 60)}`;
  return `  ${noticed}; ${nextAttempt === attempt + 1 ? 'next attempt' : `attempt ${nextAttempt}`} after ${durationText(resumedAfterMs)} ${from}; at most ${durationText(redoneMs)} of work done again`;
}
