import { areaTitles } from '../../review/areas';
import type { Evidence, ReviewCell, ReviewCheck, ReviewReport } from '../../review';
import { countOf } from '../../review/words';
import { tableText } from './units';

const mostEvidence = 5;

/** What `longhaul review` prints at a terminal: the scorecard, then all that is not go. */
export function reviewText(report: ReviewReport): string {
  const { verdict, workflows, sources } = report;
  const next = nextSteps(report);
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
    ...(next.length === 0 ? [] : ['', 'Next, what closes most first']),
    ...next.map(([command, checks]) => `  ${command}  (${countOf(checks, 'check', 'checks')})`),
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

/** Checks that are not go, or are by a waiver; those of which the same is to be said stand together. */
export function toTell({ checks }: ReviewCell): ReviewCheck[] {
  const told = new Map<string, ReviewCheck>();
  for (const one of checks) {
    const { check, verdict, evidence } = one;
    if (verdict === 'go' || verdict === 'not-needed') continue;
    const key = evidence.length > 0 ? `${told.size}` : JSON.stringify({ ...one, check: '' });
    const same = told.get(key);
    told.set(key, same ? { ...same, check: `${same.check}, ${check}` } : one);
  }
  return [...told.values()];
}

/** The commands that close gaps, with how many checks each is for; what closes most comes first. */
export function nextSteps({ workflows }: ReviewReport): [command: string, checks: number][] {
  const counts = new Map<string, number>();
  for (const { checks } of workflows.flatMap(({ cells }) => cells)) {
    for (const { verdict, command, waived } of checks) {
      if (verdict === 'go' || verdict === 'not-needed' || waived || command === undefined) continue;
      // Of each workflow or activity the same one.
      const common = workflows.length > 1 ? command.replace(/ --(?:query|activity) .*/, ' …') : command;
      counts.set(common, (counts.get(common) ?? 0) + 1);
    }
  }
  return [...counts].sort(([, a], [, b]) => b - a);
}

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
