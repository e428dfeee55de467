import { lintCheck } from '../lint-check';
import { recordCommand } from '../gathered';
import type { OfType } from '../gathered';
import { observedActivities } from '../observed-activities';
import type { ObservedActivity } from '../observed-activities';
import type { ReviewCheck } from '../report';
import { lengthText } from '../words';

const longMs = 60_000;
const names = ['schedule-to-start', 'start-to-close', 'schedule-to-close', 'heartbeat'] as const;

/** Would a crash be noticed, and does the work go on from where it was? */
export function reviewHeartbeats(of: OfType): ReviewCheck[] {
  const observed = observedActivities(of);
  const declared = of.entry?.longActivities;
  const long = (one: ObservedActivity): boolean => isLong(one) || declared?.includes(one.type) === true;
  // What the catalog names is what crashes are costly for; without it, all that may run for long.
  const drilled = declared ?? observed.filter(isLong).map(({ type }) => type);
  const unseen = (declared ?? []).filter((name) => !observed.some(({ type }) => type === name));
  return [
    lintCheck(of, 'heartbeats'),
    ...observed.flatMap((one) => timeoutsOf(one, long(one))),
    ...unseen.flatMap((activity) => names.map((check) => notSeen(of, check, activity))),
    ...(observed.length + unseen.length > 0 ? [] : withoutActivities(of)),
    ...drilled.map((activity) => drillCheck(of, activity)),
  ];
}

/** As the guards of the worker count: by what it may take. */
function isLong({ startToCloseMs, scheduleToCloseMs }: ObservedActivity): boolean {
  const most = startToCloseMs ?? scheduleToCloseMs;
  return most === null || most >= longMs;
}

function timeoutsOf(one: ObservedActivity, long: boolean): ReviewCheck[] {
  const { type: activity, evidence } = one;
  const said = (check: string, [verdict, message, fix]: Answer): ReviewCheck => ({
    check,
    activity,
    verdict,
    message: `${activity}: ${message}`,
    evidence: [evidence],
    ...(fix === undefined ? {} : { fix }),
  });
  return [
    said('schedule-to-start', scheduleToStart(one)),
    said('start-to-close', startToClose(one)),
    said('schedule-to-close', scheduleToClose(one, long)),
    said('heartbeat', heartbeat(one, long)),
  ];
}

type Answer = [verdict: ReviewCheck['verdict'], message: string, fix?: string];

function scheduleToStart({ scheduleToStartMs, scheduleToCloseMs, elsewhere }: ObservedActivity): Answer {
  if (scheduleToStartMs !== null) {
    return ['go', `a schedule-to-start timeout of ${lengthText(scheduleToStartMs)} ends it where no worker takes it.`];
  }
  if (!elsewhere)
    return [
      'not-needed',
      'no schedule-to-start timeout is needed, because any worker of the queue may take it and longhaul watch tells of a queue without one.',
    ];
  if (scheduleToCloseMs !== null) {
    return [
      'not-needed',
      `no schedule-to-start timeout is needed, because schedule-to-close ends the wait after ${lengthText(scheduleToCloseMs)}.`,
    ];
  }
  return [
    'no-go',
    'it goes to another task queue, and nothing ends its wait there when that has no worker.',
    "Add scheduleToStartTimeout, such as '5 minutes', and schedule it anew elsewhere when that runs out.",
  ];
}

function startToClose({ startToCloseMs, scheduleToCloseMs }: ObservedActivity): Answer {
  if (startToCloseMs !== null) return ['go', `an attempt may take ${lengthText(startToCloseMs)}.`];
  if (scheduleToCloseMs !== null) {
    return [
      'not-needed',
      `no start-to-close timeout is needed, because schedule-to-close ends it after ${lengthText(scheduleToCloseMs)}.`,
    ];
  }
  return [
    'no-go',
    'nothing bounds an attempt.',
    'Add startToCloseTimeout: longer than the longest attempt that succeeds.',
  ];
}

function scheduleToClose(
  { scheduleToCloseMs, startToCloseMs, maximumAttempts }: ObservedActivity,
  long: boolean,
): Answer {
  if (scheduleToCloseMs !== null) return ['go', `all attempts together may take ${lengthText(scheduleToCloseMs)}.`];
  if (maximumAttempts > 0 && startToCloseMs !== null) {
    return [
      'not-needed',
      `no schedule-to-close timeout is needed, because ${maximumAttempts} attempts of ${lengthText(startToCloseMs)} bound it.`,
    ];
  }
  if (!long) {
    return [
      'not-needed',
      `no schedule-to-close timeout is needed, because an attempt is over within ${lengthText(startToCloseMs ?? 0)} and longhaul watch tells of one that retries for ever.`,
    ];
  }
  return [
    'no-go',
    'nothing bounds its attempts together: it may retry for ever.',
    "Add scheduleToCloseTimeout to its proxyActivities options, such as '1 day'.",
  ];
}

function heartbeat({ heartbeatMs, startToCloseMs, scheduleToCloseMs }: ObservedActivity, long: boolean): Answer {
  const most = startToCloseMs ?? scheduleToCloseMs;
  if (heartbeatMs !== null && most !== null && heartbeatMs >= most) {
    return [
      'no-go',
      `its heartbeat timeout of ${lengthText(heartbeatMs)} can never strike, since an attempt ends within ${lengthText(most)}.`,
      'Make heartbeatTimeout shorter than startToCloseTimeout.',
    ];
  }
  if (heartbeatMs !== null) return ['go', `a crash is noticed within ${lengthText(heartbeatMs)}.`];
  if (!long)
    return [
      'not-needed',
      `no heartbeat timeout is needed, because a crash is noticed within ${lengthText(most ?? 0)} anyway.`,
    ];
  return [
    'no-go',
    `a crash of its worker goes unnoticed for ${most === null ? 'ever' : lengthText(most)}.`,
    "Add heartbeatTimeout: '45 seconds' to its proxyActivities options, and beat in it: longActivity does by itself.",
  ];
}

function notSeen({ type }: OfType, check: string, activity: string): ReviewCheck {
  const message = `${activity}: no saved history and no drill shows how it is scheduled.`;
  return { check, activity, verdict: 'unknown', message, evidence: [], command: recordCommand(type) };
}

function withoutActivities({ runs, type }: OfType): ReviewCheck[] {
  const [run] = runs;
  return names.map((check): ReviewCheck => {
    if (!run) {
      const message = `No saved history shows which activities ${type} schedules, and with which timeouts.`;
      return { check, verdict: 'unknown', message, evidence: [], command: recordCommand(type) };
    }
    const message = `No ${check} timeout is needed, because ${type} schedules no activity in its saved histories.`;
    const at = run.inspection.startedAt;
    return {
      check,
      verdict: 'not-needed',
      message,
      evidence: [{ from: 'history', file: run.file, at, message: 'It has no activity.' }],
    };
  });
}

function drillCheck({ drills, type }: OfType, activity: string): ReviewCheck {
  const command = `npx longhaul drill --activity ${activity} --workflow ${type} --out drills`;
  const newest = drills.findLast(
    ({ report }) => report.workflowType === type && report.activityType === activity && report.how === 'kill',
  );
  if (!newest) {
    const message = `${activity}: nobody has seen what a crash costs it.`;
    return { check: 'drill', activity, verdict: 'unknown', message, evidence: [], command };
  }
  const { file, report } = newest;
  const day = report.at.slice(0, 10);
  const evidence = report.findings.map(({ message }) => ({ from: 'drill' as const, file, at: report.at, message }));
  const worst = report.findings.find(({ severity }) => severity === 'no-go');
  if (worst) {
    const { message, fix } = worst;
    return {
      check: 'drill',
      activity,
      verdict: 'no-go',
      message: `Drilled on ${day}: ${message}`,
      evidence,
      fix,
      command,
    };
  }
  const slowest = Math.max(...report.tries.map(({ resumedAfterMs }) => resumedAfterMs ?? 0));
  const times = report.tries.length === 1 ? 'once' : `${report.tries.length} times`;
  const message = `${activity}: killed ${times} on ${day}, the next attempt came after ${lengthText(slowest)} at most.`;
  const seen = { from: 'drill' as const, file, at: report.at, message: 'It resumes as it should.' };
  return { check: 'drill', activity, verdict: 'go', message, evidence: [seen, ...evidence] };
}
