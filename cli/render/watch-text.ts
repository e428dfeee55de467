import type { WatchCase, WatchEvent, WatchReport } from '../../client';
import { countOf, countText, durationText } from './units';

/** What `longhaul watch` prints at a terminal. */
export function watchText({ groups, coverage, warnings, namespace, cost, durationMs, ok }: WatchReport): string {
  const lines = groups
    .filter(({ cases, overdue }) => cases.length > 0 || overdue > 0)
    .flatMap(({ team, workflowType, running, overdue, cases }) => [
      `${team ?? 'no team'}: ${workflowType || 'task queues'}${running === null ? '' : `, ${countText(running)} running`}${overdue > 0 ? `, ${countText(overdue)} overdue` : ''}`,
      ...cases.flatMap(caseLines),
      '',
    ]);
  const { running, looked, inRound, lastRoundAt, lastRoundMs, leftOver } = coverage;
  const calls = Object.values<number>({ ...cost }).reduce((sum, made) => sum + made, 0);
  const round =
    lastRoundAt === null || lastRoundMs === null
      ? `${countText(inRound)} of this round of the sweep`
      : `the last round over all took ${durationText(lastRoundMs)}`;
  return [
    ...lines,
    ...warnings,
    ...(leftOver > 0
      ? [`${countOf(leftOver, 'suspect')} ${leftOver === 1 ? 'is' : 'are'} left for the next look.`]
      : []),
    `${
      ok
        ? 'Nothing is wrong'
        : countOf(
            groups.reduce((sum, { cases }) => sum + cases.length, 0),
            'open case',
          )
    } in namespace ${namespace}: ${countText(running)} running, ${countText(looked)} looked at (${round}), ${countOf(calls, 'call')} in ${durationText(durationMs)}.`,
  ].join('\n');
}

function caseLines({ verdict, workflowId, taskQueue, message, fix }: WatchCase): string[] {
  return [`  ${verdict} ${workflowId || taskQueue}: ${message}`, `    ${fix}`];
}

/** What `longhaul watch --follow` prints of each event. */
export function watchEventText(event: WatchEvent): string {
  if (event.type === 'unreachable' || event.type === 'reachable') return `${event.at} ${event.type}: ${event.message}`;
  const { verdict, workflowId, workflowType, taskQueue, team, message, fix } = event.case;
  const what = workflowId === '' ? taskQueue : `${workflowType} ${workflowId}`;
  const whose = team === null ? '' : ` (${team})`;
  if (event.type === 'resolved') return `${event.at} resolved ${verdict} ${what}${whose}: ${event.how}`;
  return `${event.at} alert ${verdict} ${what}${whose}: ${message} ${fix}`;
}
