import type { RunResult } from '../run-result';
import { bytesText, countOf, countText, durationText, shortText, tableText, timeText } from './units';

/** What `longhaul run` prints at a terminal. */
export function runText({ status, ended, deadLetters, result, command, workflowId }: RunResult): string {
  if (deadLetters) return deadLettersText(deadLetters);
  if (result) {
    const verb = command.endsWith('redrive') ? 'put back' : 'dropped';
    return [
      `${countOf(result.done.length, 'dead letter')} ${verb}${result.done.length > 0 ? `: ${result.done.join(', ')}` : ''}`,
      ...result.kept.map(({ letter, why }) => `${letter} stays: ${why}`),
    ].join('\n');
  }
  return status ? statusText(workflowId, status, ended ?? null) : '';
}

function deadLettersText(letters: NonNullable<RunResult['deadLetters']>): string {
  if (letters.length === 0) return 'no dead letters';
  const head = ['letter', 'inbox', 'item', 'attempts', 'received', 'error'];
  const rows = letters.map(({ letter = '', inbox, id = '', attempts = 1, at, error }) => [
    letter,
    inbox,
    id,
    attempts,
    time(at),
    shortText(error, 80),
  ]);
  return tableText([head, ...rows], '').join('\n');
}

function statusText(workflowId: string, status: NonNullable<RunResult['status']>, ended: string | null): string {
  const { run, historyLength, historySize, limits, phase, pausedSince, rollingOver, waitingOn, lastProgressAt } =
    status;
  const { inboxes, deadLetters, undeclared, deadline, startedAt, carries } = status;
  const inboxRows = Object.entries(inboxes).map(([name, inbox]) => [
    name,
    inbox.depth,
    inbox.leases,
    inbox.received,
    inbox.oldestAt === undefined ? '–' : time(inbox.oldestAt),
    inbox.unreadSince === undefined ? '' : `unread since ${time(inbox.unreadSince)}`,
  ]);
  return [
    `${workflowId}: run ${run}, began ${time(startedAt)}, last progress ${time(lastProgressAt)}`,
    ...(ended === null ? [] : [`  ${ended}: this is how it ended, and nothing can be changed`]),
    `  ${pausedSince === null ? 'not paused' : `paused since ${time(pausedSince)}`}${phase === null ? '' : `, phase ${phase}`}${rollingOver === null ? '' : `, rolls over (${rollingOver})`}`,
    `  ${countText(historyLength)} of ${countText(limits.events)} events, ${bytesText(historySize)} of ${bytesText(limits.bytes)}${carries ? `, would carry ${bytesText(carries.bytes)}` : ''}`,
    ...(deadline === undefined ? [] : [`  deadline ${timeText(new Date(deadline).toISOString())}`]),
    ...(inboxRows.length === 0
      ? []
      : tableText([['inbox', 'waiting', 'in hand', 'received', 'oldest', ''], ...inboxRows])),
    `  ${countOf(deadLetters.length, 'dead letter')}, ${countOf(undeclared.length, 'undeclared signal')}`,
    ...waitingOn.map((wait) => `  waits: ${wait.kind} ${shortText(wait.what, 80)}, since ${time(wait.since)}`),
  ].join('\n');
}

const time = (ms: number): string =>
  `${timeText(new Date(ms).toISOString())} (${durationText(Math.max(0, Date.now() - ms))} ago)`;
