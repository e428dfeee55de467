import { areaTitles } from '../../review/areas';
import type { Evidence, ReviewCell, ReviewCheck, ReviewReport } from '../../review';
import { tableText } from './units';

const mostEvidence = 5;

/** What `longhaul review` prints at a terminal: the scorecard, then all that is not go. */
export function reviewText({ verdict, workflows, sources }: ReviewReport): string {
  const head = ['workflow', ...Object.values(areaTitles)];
  const rows = workflows.map(({ workflowType, cells }) => [workflowType, ...cells.map(cellWord)]);
  const details = workflows.flatMap(({ workflowType, cells }) =>
    cells
      .filter(isWorthTelling)
      .flatMap((cell) => ['', `${workflowType}, ${areaTitles[cell.area]}: ${cellWord(cell)}`, ...cellLines(cell)]),
  );
  return [
    ...tableText([head, ...rows], ''),
    ...details,
    '',
    'Gathered',
    ...sources.map(
      ({ source, message, command }) => `  ${source}: ${message}${command === undefined ? '' : ` ${command}`}`,
    ),
    '',
    `Verdict: ${verdict}`,
  ].join('\n');
}

/** `go`, `no-go`, `unknown`, or `go (waived)`. */
export function cellWord({ verdict, waived }: ReviewCell): string {
  return waived ? `${verdict} (waived)` : verdict;
}

export const isWorthTelling = ({ verdict, waived, expiredWaivers }: ReviewCell): boolean =>
  verdict !== 'go' || waived || expiredWaivers.length > 0;

/** Checks that are not go, or are by a waiver. */
export const toTell = ({ checks }: ReviewCell): ReviewCheck[] =>
  checks.filter(({ verdict }) => verdict === 'no-go' || verdict === 'unknown');

/** Where something is, in a few words: `scan.ts:7 no-io`, `scan.bin.gz event 12`. */
export function placeOf({ file, line, rule, eventId, at }: Evidence): string {
  const where = line === undefined ? file : `${file}:${line}`;
  const what = [rule, eventId === undefined ? undefined : `event ${eventId}`, at?.slice(0, 10)];
  return [where, ...what.filter((one) => one !== undefined)].join(' ');
}

function cellLines(cell: ReviewCell): string[] {
  const expired = cell.expiredWaivers.map(
    ({ reason, owner, until }) => `  the waiver of ${owner} ended on ${until}: ${reason}`,
  );
  return [...toTell(cell).flatMap(checkLines), ...expired];
}

function checkLines({ check, verdict, message, evidence, fix, command, waived }: ReviewCheck): string[] {
  const more = evidence.length - mostEvidence;
  return [
    `  ${waived ? 'waived' : verdict}  ${check}: ${message}`,
    ...evidence.slice(0, mostEvidence).map((one) => `      ${placeOf(one)}: ${one.message.split('\n')[0] ?? ''}`),
    ...(more > 0 ? [`      and ${more} more: --json`] : []),
    ...(waived ? [`      waived by ${waived.owner} until ${waived.until}: ${waived.reason}`] : []),
    ...(fix === undefined || waived ? [] : [`      fix: ${fix}`]),
    ...(command === undefined || waived ? [] : [`      run: ${command}`]),
  ];
}
