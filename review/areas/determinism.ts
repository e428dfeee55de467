import { lengthOfTime } from '../../workflows/duration';
import { recordCommand } from '../gathered';
import type { OfType } from '../gathered';
import type { SavedRun } from '../gather-histories';
import { lintCheck } from '../lint-check';
import type { Evidence, ReviewCheck } from '../report';
import { countOf, lengthText } from '../words';

const dayMs = 86_400_000;

/** Does today's code do what the histories of running workflows say it did? */
export function reviewDeterminism(of: OfType): ReviewCheck[] {
  return [lintCheck(of, 'determinism'), replayCheck(of), spanCheck(of)];
}

function replayCheck({ runs, histories, type }: OfType): ReviewCheck {
  const check = 'replay';
  const unreadable = (of: string): Evidence[] =>
    histories.unreadable
      .filter(({ workflowType }) => workflowType === of)
      .map(({ file, message }) => ({ from: 'history', file, message }));
  const bad = [
    ...runs.flatMap((run) => (run.replay && !replays(run) ? [failed(run, run.replay)] : [])),
    ...unreadable(type),
  ];
  const [first] = bad;
  if (first) {
    return {
      check,
      verdict: 'no-go',
      message: `${countOf(bad.length, 'saved history does', 'saved histories do')} not replay: ${first.message}`,
      evidence: bad,
      fix: 'Put the change behind patched(), so that open runs go on as they began: npx longhaul replay shows the line.',
    };
  }
  const [damaged, ...others] = unreadable('');
  if (damaged) {
    return {
      check,
      verdict: 'unknown',
      message: `${countOf(1 + others.length, 'saved history', 'saved histories')} can't be read, and may be of ${type}: ${damaged.file}: ${damaged.message}`,
      evidence: [damaged, ...others],
      command: 'npx longhaul replay --workflows FILE',
    };
  }
  const passed = runs.filter(replays);
  if (passed.length === 0) {
    const message =
      runs.length === 0
        ? `No saved history of ${type} shows that its open runs survive a release.`
        : `Its saved histories were not replayed: ${histories.notReplayed ?? 'they hold nothing to replay.'}`;
    const command = runs.length === 0 ? recordCommand(type) : 'npx longhaul replay --workflows FILE';
    return { check, verdict: 'unknown', message, evidence: [], command };
  }
  const evidence = passed.map(({ file, replay, inspection: { startedAt: at, events } }): Evidence => ({
    from: 'replay',
    file,
    eventId: events,
    at,
    message: replay?.status === 'drift' ? 'It replays; what its commands carry has changed.' : 'It replays.',
  }));
  return {
    check,
    verdict: 'go',
    message: `${countOf(passed.length, 'saved history replays', 'saved histories replay')}.`,
    evidence,
  };
}

/** With drift the same commands come in the same order: open runs go on. Code that drifts from itself depends on the machine. */
const replays = ({ replay }: SavedRun): boolean =>
  replay?.status === 'pass' || (replay?.status === 'drift' && !replay.drift.some(({ ofItself }) => ofItself));

function failed({ file, inspection: { startedAt: at } }: SavedRun, replay: NonNullable<SavedRun['replay']>): Evidence {
  const own = replay.drift.find(({ ofItself }) => ofItself);
  const { divergence, location = divergence?.location ?? own?.location, message = replay.status } = replay;
  const eventId = divergence?.eventId ?? own?.eventId;
  const said = own
    ? `the same code says something else than itself (${own.command} ${own.path})`
    : divergence
      ? `it holds ${divergence.expected}, the code does ${divergence.actual}`
      : message.replace(/\.$/, '');
  const where = eventId === undefined ? '' : ` at event ${eventId}`;
  return {
    from: 'replay',
    file,
    at,
    ...(eventId === undefined ? {} : { eventId }),
    message: `${file}${where}: ${said}${location === undefined ? '' : ` (${location.file.split('/').at(-1) ?? ''}:${location.line})`}.`,
  };
}

/** Hazards such as a day's change of the clock show in a replay only of what has lived for so long. */
function spanCheck({ runs, entry, type }: OfType): ReviewCheck {
  const check = 'span';
  const expected = entry?.expectedMaxDuration;
  const needed =
    expected === undefined
      ? dayMs
      : Math.min(dayMs, lengthOfTime('expectedMaxDuration', expected, { most: Number.MAX_VALUE }));
  const command = recordCommand(type);
  const passed = runs.filter(replays);
  const real = longest(passed.filter(({ synthetic }) => !synthetic));
  const virtual = longest(passed.filter(({ synthetic }) => synthetic));
  if (real && real.spanMs >= needed) {
    return {
      check,
      verdict: 'go',
      message: `A saved workflow of ${lengthText(real.spanMs)} replays.`,
      evidence: [seen(real)],
    };
  }
  const want = `one of ${lengthText(needed)} or more that ran on a real server`;
  if (virtual && virtual.spanMs >= needed) {
    const message = `A saved workflow of ${lengthText(virtual.spanMs)} replays, but on a server that skips time; save ${want}.`;
    return { check, verdict: 'unknown', message, evidence: [seen(virtual)], command };
  }
  const best = [real, virtual].flatMap((one) => (one ? [one] : [])).sort((a, b) => b.spanMs - a.spanMs)[0];
  if (!best)
    return { check, verdict: 'unknown', message: `No saved history replays; save ${want}.`, evidence: [], command };
  const message = `The longest saved workflow that replays took ${lengthText(best.spanMs)}; save ${want}.`;
  return { check, verdict: 'unknown', message, evidence: [seen(best)], command };
}

interface Chain {
  spanMs: number;
  runs: SavedRun[];
}

/** Of all runs of one workflow: a run that rolls over each hour lives no day itself. */
function longest(runs: readonly SavedRun[]): Chain | undefined {
  const byWorkflow = new Map<string, SavedRun[]>();
  for (const run of runs) byWorkflow.set(run.workflowId, [...(byWorkflow.get(run.workflowId) ?? []), run]);
  const chains = [...byWorkflow.values()].map((all): Chain => {
    const from = Math.min(...all.map(({ inspection }) => Date.parse(inspection.startedAt)));
    const to = Math.max(...all.map(({ inspection }) => Date.parse(inspection.lastEventAt)));
    return { spanMs: to - from, runs: all };
  });
  return chains.sort((a, b) => b.spanMs - a.spanMs)[0];
}

function seen({ runs, spanMs }: Chain): Evidence {
  const [first] = runs;
  const file = first?.file ?? '';
  return {
    from: 'history',
    file,
    at: first?.inspection.startedAt ?? '',
    message: `${countOf(runs.length, 'run', 'runs')} over ${lengthText(spanMs)}.`,
  };
}
