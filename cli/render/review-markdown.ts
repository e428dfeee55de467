import { areaTitles } from '../../review/areas';
import type { ReviewCell, ReviewCheck, ReviewReport, ReviewVerdict } from '../../review';
import { cellWord, isWorthTelling, placeOf, toTell } from './review-text';

const signs: Readonly<Record<ReviewVerdict, string>> = { go: '✅', 'no-go': '❌', unknown: '❔' };

/** The review as a comment of a pull request. */
export function reviewMarkdown({ verdict, at, workflows, sources }: ReviewReport): string {
  const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const head = ['workflow', ...Object.values(areaTitles)];
  const details = workflows.flatMap(({ workflowType, cells }) =>
    cells
      .filter(isWorthTelling)
      .flatMap((cell) => [
        '',
        `#### ${code(workflowType)}: ${areaTitles[cell.area]}, ${cellWord(cell)}`,
        '',
        ...cellLines(cell),
      ]),
  );
  return [
    `### ${signs[verdict]} Launch readiness: ${verdict}`,
    '',
    row(head),
    row(head.map(() => '---')),
    ...workflows.map(({ workflowType, cells }) =>
      row([code(workflowType), ...cells.map((cell) => `${signs[cell.verdict]} ${cellWord(cell)}`)]),
    ),
    ...details,
    '',
    '<details><summary>What was gathered</summary>',
    '',
    ...sources.map(
      ({ source, message, command }) =>
        `- ${source}: ${text(message)}${command === undefined ? '' : ` ${code(command)}`}`,
    ),
    '',
    '</details>',
    '',
    `By ${code('longhaul review')} at ${at}.`,
  ].join('\n');
}

function cellLines(cell: ReviewCell): string[] {
  return [
    ...toTell(cell).map(checkLine),
    ...cell.expiredWaivers.map(
      ({ reason, owner, until }) => `- the waiver of ${text(owner)} ended on ${until}: ${text(reason)}`,
    ),
  ];
}

function checkLine({ check, verdict, message, evidence, fix, command, waived }: ReviewCheck): string {
  const places = evidence.slice(0, 5).map((one) => code(placeOf(one)));
  const more = evidence.length > 5 ? `, and ${evidence.length - 5} more` : '';
  return [
    `- **${waived ? 'waived' : verdict}**, ${check}: ${text(message)}`,
    ...(places.length === 0 ? [] : [`  Evidence: ${places.join(', ')}${more}`]),
    ...(waived ? [`  Waived by ${text(waived.owner)} until ${waived.until}: ${text(waived.reason)}`] : []),
    ...(fix === undefined || waived ? [] : [`  Fix: ${text(fix)}`]),
    ...(command === undefined || waived ? [] : [`  Run: ${code(command)}`]),
  ].join('  \n');
}

/** Text in which nothing is markup: a message quotes source and payloads. */
function text(given: string): string {
  return given.replace(/\s+/g, ' ').replace(/[\\`*_[\]<>|#]/g, (character) => `\\${character}`);
}

const code = (given: string): string => `\`${given.replace(/[`|\n]/g, ' ')}\``;
