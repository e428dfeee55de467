import type { InspectReport, RunInspection } from '../../replay';
import { growthSvg, timelineSvg } from './inspect-svg';
import { html, htmlTable, page } from './page';
import { bytesText, countOf, durationText, shortText, timeText } from './units';

/** The inspection as one page that can be sent to somebody. */
export function inspectHtml(report: InspectReport): string {
  const { runs, unreadable, at } = report;
  const types = [...new Set(runs.map(({ workflowType }) => workflowType))].join(', ');
  const title = `Histories of ${types || 'nothing'}`;
  const failed = unreadable.map(
    ({ file, message }) => `<p class="bad">${html(file)} could not be read: ${html(message)}</p>`,
  );
  const body = [
    `<h1>${html(title)}</h1>`,
    `<p>${runs.length === 1 ? '1 run' : `${runs.length} runs`}, inspected at ${timeText(at)}</p>`,
    ...failed,
    ...runs.map(runHtml),
  ];
  return page(title, body.join('\n'));
}

function runHtml(run: RunInspection): string {
  const { workflowType, workflowId, status, events, bytes, perItem, replay } = run;
  const facts: [string, string][] = [
    ['status', status],
    ['run', run.runId],
    ['task queue', run.taskQueue],
    ['size', `${countOf(events, 'event')}, ${bytesText(bytes)}`],
    ['time', `${durationText(run.spanMs)}, ${timeText(run.startedAt)} to ${timeText(run.lastEventAt)}`],
    ...(perItem
      ? [
          ['each', `${perItem.unit}: ${perItem.events.toFixed(1)} events, ${bytesText(perItem.bytes)}`] as [
            string,
            string,
          ],
        ]
      : []),
    ...(replay ? [['replay', `${durationText(replay.ms)} (${replay.status})`] as [string, string]] : []),
  ];
  const dl = facts.map(([name, value]) => `<dt>${html(name)}</dt><dd>${html(value)}</dd>`).join('');
  return [
    `<h2>${html(workflowType)} <code>${html(workflowId)}</code></h2>`,
    `<dl>${dl}</dl>`,
    growthSvg(run),
    timelineSvg(run),
    ...waiting(run),
    ...forecast(run),
    '<h3>Events</h3>',
    htmlTable(
      ['kind', 'events', 'bytes'],
      run.kinds.map((one) => [one.kind, one.events, bytesText(one.bytes)]),
    ),
    ...activities(run),
    ...rest(run),
  ].join('\n');
}

function waiting({ status, waitingOn, workflowTaskFailure: failure, unhandled }: RunInspection): string[] {
  if (status !== 'open' && unhandled.length === 0) return [];
  const rows = waitingOn.map((one) => [
    `${one.what} ${one.name}`,
    timeText(one.since),
    one.until === undefined ? '' : timeText(one.until),
    one.attempt ?? '',
    [one.note, one.lastFailure].filter((text) => text !== undefined).join('; '),
  ]);
  const list =
    rows.length === 0
      ? '<p>a signal, an update or a cancellation</p>'
      : htmlTable(['what', 'since', 'until', 'attempt', 'state'], rows);
  return [
    ...(status === 'open' ? ['<h3>Waiting on</h3>', list] : []),
    ...(failure
      ? [`<p class="bad">Its workflow task fails: ${html(failure.cause)}, ${html(failure.message)}</p>`]
      : []),
    ...(unhandled.length === 0
      ? []
      : [
          '<h3>Not handled</h3>',
          htmlTable(
            ['what', 'count'],
            unhandled.map(({ what, count }) => [what, count]),
          ),
        ]),
  ];
}

function forecast({ forecast: all }: RunInspection): string[] {
  const rows = all.map(({ what, threshold, reached, when, items }) => [
    what,
    threshold,
    reached ? { html: '<span class="bad">reached</span>' } : when === null ? '–' : timeText(when),
    items ?? '',
  ]);
  return ['<h3>Forecast</h3>', htmlTable(['what', 'at', 'when', 'more items'], rows)];
}

function activities({ activities: all }: RunInspection): string[] {
  if (all.length === 0) return [];
  const ms = (value: number | null) => (value === null ? '–' : durationText(value));
  const head = [
    'type',
    'scheduled',
    'open',
    'failed',
    'timed out',
    'most attempts',
    'median',
    'longest',
    'heartbeat',
    'last failure',
  ];
  const rows = all.map((one) => [
    one.type,
    one.scheduled,
    one.open,
    one.failed,
    one.timedOut,
    one.mostAttempts,
    ms(one.medianMs),
    ms(one.maxMs),
    ms(one.heartbeatTimeoutMs),
    one.lastFailure === null ? '' : shortText(one.lastFailure, 200),
  ]);
  return ['<h3>Activities</h3>', htmlTable(head, rows)];
}

function rest(run: RunInspection): string[] {
  const messages = run.messages.map(({ kind, name, received, bytes, notSeen }) => [
    `${kind} ${name}`,
    received,
    bytesText(bytes),
    notSeen,
  ]);
  const payloads = run.largestPayloads.map(({ bytes, eventId, kind, name, part }) => [
    bytesText(bytes),
    `event ${eventId} ${kind}`,
    `${name} ${part}`,
  ]);
  const gaps = run.gaps.map(({ ms, from, during }) => [durationText(ms), timeText(from), during.join(', ')]);
  const carried = [run.continuedFrom, run.continuedAs].flatMap((one) =>
    one ? [[one === run.continuedFrom ? 'from' : 'as', one.runId, ...carriedCells(one.carried)]] : [],
  );
  const steps = (run.steps ?? []).map((one) => [
    one.eventId,
    `${one.what} ${one.name}`,
    one.status,
    { html: `<code>${html(shortText(one.input ?? '', 1_000))}</code>` },
    { html: `<code>${html(shortText(one.failure ?? one.output ?? '', 1_000))}</code>` },
  ]);
  const titled = (title: string, head: string[], rows: Parameters<typeof htmlTable>[1]): string[] =>
    rows.length === 0 ? [] : [`<h3>${title}</h3>`, htmlTable(head, rows)];
  return [
    ...titled('Signals and updates', ['name', 'received', 'bytes', 'not seen yet'], messages),
    ...titled('Largest payloads', ['bytes', 'event', 'where'], payloads),
    ...titled('Gaps', ['length', 'from', 'during'], gaps),
    ...titled('Rollovers', ['continued', 'run', 'bytes', 'carried'], carried),
    ...titled('Steps', ['event', 'step', 'status', 'in', 'out'], steps),
  ];
}

function carriedCells({ bytes, envelope }: NonNullable<RunInspection['continuedFrom']>['carried']): string[] {
  const parts = envelope?.parts.slice(0, 5).map((part) => `${part.part} ${bytesText(part.bytes)}`) ?? [];
  return [bytesText(bytes), parts.join(', ')];
}
