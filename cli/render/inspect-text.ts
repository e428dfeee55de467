import type { InspectReport, RunInspection, Waiting } from '../../replay';
import { bytesText, countOf, countText, durationText, shortText, tableText, timeText } from './units';

/** What `longhaul inspect` prints at a terminal. */
export function inspectText({ runs, unreadable }: InspectReport): string {
  const parts = runs.map(runText);
  if (runs.length > 1) parts.unshift(overview(runs));
  if (unreadable.length > 0) {
    parts.push(unreadable.map(({ file, message }) => `${file} could not be read: ${message}`).join('\n'));
  }
  return parts.join('\n\n');
}

function overview(runs: readonly RunInspection[]): string {
  const head = ['run', 'workflow', 'status', 'events', 'bytes', 'span', 'began'];
  const rows = runs.map((run) => [
    run.runId.slice(0, 8),
    `${run.workflowType} ${shortText(run.workflowId, 40)}`,
    run.status,
    run.events,
    bytesText(run.bytes),
    durationText(run.spanMs),
    timeText(run.startedAt),
  ]);
  return `${runs.length} runs\n${tableText([head, ...rows]).join('\n')}`;
}

function runText(run: RunInspection): string {
  const { workflowType, workflowId, runId, status, events, bytes, spanMs, sdk, taskQueue } = run;
  return [
    `${workflowType} ${workflowId}`,
    `  run ${runId}, ${status}, on task queue ${taskQueue}${sdk ? `, ${sdk}` : ''}`,
    `  ${countOf(events, 'event')}, ${bytesText(bytes)}, ${durationText(spanMs)} from ${timeText(run.startedAt)} to ${timeText(run.lastEventAt)}`,
    ...perItem(run),
    ...replayTime(run),
    ...section('Waiting on', waiting(run)),
    ...section('Its workflow task fails', taskFailure(run)),
    ...section(
      'Not handled',
      run.unhandled.map(({ what, count }) => `  ${countText(count)} ${what}`),
    ),
    ...section('Forecast', forecast(run)),
    ...section('Events', kinds(run)),
    ...section('Activities', activities(run)),
    ...section('Signals and updates', messages(run)),
    ...section('Largest payloads', payloads(run)),
    ...section('Gaps', gaps(run)),
    ...section('Rollovers', rollovers(run)),
    ...section('Steps', steps(run)),
  ].join('\n');
}

const section = (title: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : ['', title, ...lines];

function perItem({ perItem: item }: RunInspection): string[] {
  if (!item) return [];
  return [
    `  ${item.events.toFixed(1)} events and ${bytesText(item.bytes)} for each of ${countText(item.items)}: ${item.unit}`,
  ];
}

function replayTime({ replay }: RunInspection): string[] {
  if (!replay) return [];
  if (replay.status !== 'pass') return [`  its replay ended as ${replay.status}: see longhaul replay`];
  return [`  replayed in ${durationText(replay.ms)} on this machine`];
}

function waiting({ status, waitingOn }: RunInspection): string[] {
  if (status !== 'open') return [];
  if (waitingOn.length === 0) return ['  a signal, an update or a cancellation'];
  return waitingOn.slice(0, 20).map(waitingLine).concat(more(waitingOn.length, 20));
}

function waitingLine({ what, name, since, until, attempt, lastFailure, lastBeatAt, lastBeat, note }: Waiting): string {
  return [
    `  ${what} ${name}, since ${timeText(since)}`,
    until === undefined ? '' : `, until ${timeText(until)}`,
    attempt !== undefined && attempt > 1 ? `, attempt ${countText(attempt)}` : '',
    note === undefined ? '' : `, ${note}`,
    lastBeatAt === undefined ? '' : `, last beat ${timeText(lastBeatAt)}`,
    lastBeat === undefined ? '' : ` with ${shortText(lastBeat, 60)}`,
    lastFailure === undefined ? '' : `, last failure: ${shortText(lastFailure)}`,
  ].join('');
}

function taskFailure({ workflowTaskFailure: failure }: RunInspection): string[] {
  if (!failure) return [];
  return [
    `  ${failure.cause} at event ${failure.eventId}, ${failure.count} recorded: ${shortText(failure.message, 160)}`,
  ];
}

function forecast({ forecast: all, status }: RunInspection): string[] {
  const reached = all.filter((one) => one.reached).map(({ what, threshold }) => `  past ${threshold} (${what})`);
  if (status !== 'open') return reached;
  const rows = all
    .filter((one) => !one.reached)
    .map(({ what, threshold, when, items }) => [
      what,
      `at ${threshold}`,
      when === null ? '–' : timeText(when),
      items === null ? '' : `after ${countText(items)} more`,
    ]);
  return [...reached, ...tableText(rows)];
}

const kinds = ({ kinds: all }: RunInspection): string[] =>
  tableText([['kind', 'events', 'bytes'], ...all.map(({ kind, events, bytes }) => [kind, events, bytesText(bytes)])]);

function activities({ activities: all }: RunInspection): string[] {
  if (all.length === 0) return [];
  const head = [
    'type',
    'scheduled',
    'open',
    'failed',
    'timed out',
    'retried',
    'attempts',
    'median',
    'longest',
    'heartbeat',
  ];
  const ms = (value: number | null) => (value === null ? '–' : durationText(value));
  const rows = all.map((one) => [
    one.type,
    one.scheduled,
    one.open,
    one.failed,
    one.timedOut,
    one.retried,
    one.mostAttempts,
    ms(one.medianMs),
    ms(one.maxMs),
    ms(one.heartbeatTimeoutMs),
  ]);
  const failures = all.flatMap(({ type, lastFailure }) =>
    lastFailure === null ? [] : [`  last failure of ${type}: ${shortText(lastFailure)}`],
  );
  return [...tableText([head, ...rows]), ...failures];
}

function messages({ messages: all }: RunInspection): string[] {
  if (all.length === 0) return [];
  const rows = all.map(({ kind, name, received, bytes, notSeen }) => [kind, name, received, bytesText(bytes), notSeen]);
  return tableText([['kind', 'name', 'received', 'bytes', 'not seen yet'], ...rows]);
}

function payloads({ largestPayloads }: RunInspection): string[] {
  const worth = largestPayloads.filter(({ bytes }) => bytes >= 1_024).slice(0, 5);
  return worth.map(
    ({ eventId, kind, name, part, bytes }) =>
      `  ${bytesText(bytes).padStart(9)}  event ${eventId} ${kind} ${name} ${part}`,
  );
}

const gaps = ({ gaps: all }: RunInspection): string[] =>
  all.map(({ ms, from, after, before, during }) => {
    const meanwhile = during.length === 0 ? '' : `, during ${during.join(', ')}`;
    return `  ${durationText(ms)} from ${timeText(from)}, between events ${after.eventId} and ${before.eventId}${meanwhile}`;
  });

function rollovers({ continuedFrom, continuedAs }: RunInspection): string[] {
  const carried = ({ bytes, envelope }: NonNullable<typeof continuedFrom>['carried']) => {
    if (!envelope) return bytesText(bytes);
    const { run, cause, parts, inboxes, deadLetters, undeclared } = envelope;
    const largest = parts.slice(0, 3).map((part) => `${part.part} ${bytesText(part.bytes)}`);
    const items = Object.entries(inboxes).map(([name, count]) => `${countOf(count, 'item')} of ${name}`);
    const rest = [
      ...items,
      ...(deadLetters > 0 ? [`${deadLetters} dead letters`] : []),
      ...(undeclared > 0 ? [`${undeclared} undeclared signals`] : []),
    ];
    return `${bytesText(bytes)} for run ${run} (cause: ${cause}): ${[...largest, ...rest].join(', ')}`;
  };
  return [
    ...(continuedFrom ? [`  continues ${continuedFrom.runId} with ${carried(continuedFrom.carried)}`] : []),
    ...(continuedAs ? [`  continued as ${continuedAs.runId} with ${carried(continuedAs.carried)}`] : []),
  ];
}

function steps({ steps: all }: RunInspection): string[] {
  return (all ?? []).flatMap(({ eventId, what, name, at, ms, attempts, status, input, output, failure }) => [
    `  ${String(eventId).padStart(5)}  ${timeText(at)}  ${what}${name === '' ? '' : ` ${name}`} ${status}${ms === null ? '' : ` after ${durationText(ms)}`}${attempts > 1 ? `, ${attempts} attempts` : ''}`,
    ...(input === undefined
      ? []
      : [`         in  ${shortText(input.map((one) => shortText(one, 160)).join(', '), 160)}`]),
    ...(output === undefined ? [] : [`         out ${shortText(output, 160)}`]),
    ...(failure === undefined ? [] : [`         failed: ${shortText(failure, 160)}`]),
  ]);
}

const more = (count: number, shown: number): string[] => (count > shown ? [`  and ${count - shown} more`] : []);
