import { lengthOfTime } from '../../workflows/duration';
import { recordCommand } from '../gathered';
import type { OfType } from '../gathered';
import type { SavedRun } from '../gather-histories';
import { lintCheck } from '../lint-check';
import type { ReviewCheck } from '../report';
import { countOf, lengthText } from '../words';

/** Where the server begins to warn. */
const warning = { events: 10_240, bytes: 10 * 1_024 * 1_024, payload: 512 * 1_024 };
const shortestMs = 3_600_000;

/** Does a run stay small, and does all that matters travel into the next? */
export function reviewHistory(of: OfType): ReviewCheck[] {
  return [lintCheck(of, 'history'), growthCheck(of), payloadCheck(of)];
}

function growthCheck({ runs, entry, type }: OfType): ReviewCheck {
  const check = 'growth';
  const most = {
    events: entry?.limits?.historyEvents ?? warning.events,
    bytes: entry?.limits?.historyBytes ?? warning.bytes,
  };
  const largest = largestBy(runs, ({ inspection: { events, bytes } }) =>
    Math.max(events / most.events, bytes / most.bytes),
  );
  if (!largest) {
    const message = `No saved history shows how ${type} grows.`;
    return { check, verdict: 'unknown', message, evidence: [], command: recordCommand(type) };
  }
  const { events, bytes, startedAt: at } = largest.inspection;
  const size = `${countOf(events, 'event', 'events')} and ${countOf(Math.ceil(bytes / 1_024), 'KiB', 'KiB')}`;
  const evidence = [
    { from: 'history' as const, file: largest.file, eventId: events, at, message: `The largest run has ${size}.` },
  ];
  const fix =
    'Roll over by history length: longRunning does, rollOver() of longhaul/workflows does it for a plain function.';
  if (events > most.events || bytes > most.bytes) {
    const limit = `${most.events.toLocaleString('en-US')} events or ${countOf(Math.ceil(most.bytes / 1_024), 'KiB', 'KiB')}`;
    return { check, verdict: 'no-go', message: `A run of ${size} is past the limit of ${limit}.`, evidence, fix };
  }
  const due = dueAfter(runs, entry?.expectedMaxDuration, most.events);
  if (due) {
    const { run, afterMs, expectedMs } = due;
    const message = `At the pace of its saved run it reaches ${most.events.toLocaleString('en-US')} events after ${lengthText(afterMs)}, and it may take ${lengthText(expectedMs)}; no saved run of it rolls over.`;
    const seen = {
      from: 'history' as const,
      file: run.file,
      eventId: run.inspection.events,
      at: run.inspection.startedAt,
      message: `${countOf(run.inspection.events, 'event', 'events')} in ${lengthText(run.inspection.spanMs)}.`,
    };
    return { check, verdict: 'no-go', message, evidence: [seen], fix };
  }
  return {
    check,
    verdict: 'go',
    message: `The largest of ${countOf(runs.length, 'saved run', 'saved runs')} has ${size}.`,
    evidence,
  };
}

/** A type that never rolls over reaches the limit in the time that it may take. */
function dueAfter(
  runs: readonly SavedRun[],
  expected: NonNullable<OfType['entry']>['expectedMaxDuration'],
  limit: number,
) {
  if (expected === undefined || runs.some(({ inspection }) => inspection.continuedAs ?? inspection.continuedFrom))
    return undefined;
  const expectedMs = lengthOfTime('expectedMaxDuration', expected, { most: Number.MAX_VALUE });
  const lasting = runs.filter(({ inspection }) => inspection.spanMs >= shortestMs);
  const run = largestBy(lasting, ({ inspection: { events, spanMs } }) => events / spanMs);
  if (!run) return undefined;
  const afterMs = (limit / run.inspection.events) * run.inspection.spanMs;
  return afterMs < expectedMs ? { run, afterMs, expectedMs } : undefined;
}

function payloadCheck({ runs, type }: OfType): ReviewCheck {
  const check = 'payloads';
  const run = largestBy(runs, ({ inspection }) => inspection.largestPayloads[0]?.bytes ?? 0);
  if (!run) {
    const message = `No saved history shows what ${type} carries in its payloads.`;
    return { check, verdict: 'unknown', message, evidence: [], command: recordCommand(type) };
  }
  const [largest] = run.inspection.largestPayloads;
  const at = run.inspection.startedAt;
  if (!largest) {
    return {
      check,
      verdict: 'go',
      message: 'Its saved runs carry no payload.',
      evidence: [{ from: 'history', file: run.file, at, message: 'It has no payload.' }],
    };
  }
  const { bytes, eventId, kind, name, part } = largest;
  const what = `${kind} ${name} ${part}`.replace(/\s+/g, ' ');
  const size = bytes < 1_024 ? `${bytes} bytes` : `${Math.round(bytes / 1_024)} KiB`;
  const evidence = [{ from: 'history' as const, file: run.file, eventId, at, message: `${what}: ${size}.` }];
  if (bytes < warning.payload) return { check, verdict: 'go', message: `Its largest payload has ${size}.`, evidence };
  return {
    check,
    verdict: 'no-go',
    message: `A payload of ${size} is past the 512 KiB at which the server warns; it refuses 2 MiB.`,
    evidence,
    fix: 'Keep the data in a store, and pass its key; or switch on external storage.',
  };
}

function largestBy(runs: readonly SavedRun[], size: (run: SavedRun) => number): SavedRun | undefined {
  return runs.reduce<SavedRun | undefined>((best, run) => (best && size(best) >= size(run) ? best : run), undefined);
}
