import { areaTitles } from '../../review/areas';
import type { ReviewCell, ReviewCheck, ReviewReport } from '../../review';
import { html, htmlTable, page } from './page';
import { cellWord, placeOf } from './review-text';
import { timeText } from './units';

const colours: Readonly<Record<string, string>> = {
  go: 'light-dark(#15803d, #4ade80)',
  'not-needed': 'light-dark(#15803d, #4ade80)',
  'no-go': 'light-dark(#b91c1c, #f87171)',
  unknown: 'light-dark(#92400e, #fbbf24)',
};

/** The review as one page that can be sent to somebody: the scorecard, and behind each cell all its checks. */
export function reviewHtml({ verdict, at, workflows, sources }: ReviewReport): string {
  const title = `Launch readiness: ${verdict}`;
  const link = (type: string, cell: ReviewCell): { html: string } => ({
    html: `<a href="#${anchor(type, cell)}">${word(cellWord(cell), cell.verdict)}</a>`,
  });
  const rows = workflows.map(({ workflowType, cells }) => [
    workflowType,
    ...cells.map((cell) => link(workflowType, cell)),
  ]);
  const body = [
    `<h1>Launch readiness: ${word(verdict, verdict)}</h1>`,
    `<p>Reviewed at ${timeText(at)}</p>`,
    htmlTable(['workflow', ...Object.values(areaTitles)], rows),
    ...workflows.flatMap(({ workflowType, cells }) => [
      `<h2>${html(workflowType)}</h2>`,
      ...cells.map((cell) => cellHtml(workflowType, cell)),
    ]),
    '<h2>What was gathered</h2>',
    htmlTable(
      ['source', 'what', 'command'],
      sources.map(({ source, message, command = '' }) => [source, message, { html: `<code>${html(command)}</code>` }]),
    ),
  ];
  return page(title, body.join('\n'));
}

const anchor = (type: string, { area }: ReviewCell): string => html(`${encodeURIComponent(type)}-${area}`);

const word = (text: string, verdict: string): string =>
  `<strong style="color: ${colours[verdict] ?? 'inherit'}">${html(text)}</strong>`;

function cellHtml(type: string, cell: ReviewCell): string {
  const expired = cell.expiredWaivers.map(
    ({ reason, owner, until }) =>
      `<p class="bad">The waiver of ${html(owner)} ended on ${html(until)}: ${html(reason)}</p>`,
  );
  return [
    `<h3 id="${anchor(type, cell)}">${html(areaTitles[cell.area])}: ${word(cellWord(cell), cell.verdict)}</h3>`,
    ...expired,
    `<ul>${cell.checks.map(checkHtml).join('\n')}</ul>`,
  ].join('\n');
}

function checkHtml({ check, verdict, message, evidence, fix, command, waived }: ReviewCheck): string {
  const list = evidence.map((one) => `<li><code>${html(placeOf(one))}</code> ${html(one.message)}</li>`).join('');
  return [
    `<li>${word(waived ? `${verdict}, waived` : verdict, verdict)} ${html(check)}: ${html(message)}`,
    ...(waived ? [`<br>Waived by ${html(waived.owner)} until ${html(waived.until)}: ${html(waived.reason)}`] : []),
    ...(fix === undefined ? [] : [`<br>Fix: ${html(fix)}`]),
    ...(command === undefined ? [] : [`<br>Run: <code>${html(command)}</code>`]),
    ...(list === '' ? [] : [`<details><summary>Evidence</summary><ul>${list}</ul></details>`]),
    '</li>',
  ].join('');
}
