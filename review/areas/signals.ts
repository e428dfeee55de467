import { recordCommand } from '../gathered';
import type { OfType } from '../gathered';
import { lintCheck } from '../lint-check';
import type { Evidence, ReviewCheck } from '../report';
import { countOf } from '../words';

const mostSignals = 8_000;

/** Is each signal taken, once, also around a rollover? */
export function reviewSignals(of: OfType): ReviewCheck[] {
  return [lintCheck(of, 'signals'), lostCheck(of), countCheck(of)];
}

function lostCheck({ runs, type }: OfType): ReviewCheck {
  const check = 'lost';
  if (runs.length === 0) return unseen(check, type);
  const lost = runs.flatMap(({ file, inspection, replay }): Evidence[] => {
    const { status, messages, continuedAs, events, lastEventAt: at } = inspection;
    // A termination is somebody's will.
    const ended = ['completed', 'failed', 'cancelled', 'timed-out'].includes(status);
    const unread = ended ? messages.filter(({ notSeen }) => notSeen > 0) : [];
    const undeclared = continuedAs?.carried.envelope?.undeclared ?? 0;
    const unhandled = ended || continuedAs ? Object.entries(replay?.unhandledSignals ?? {}) : [];
    return [
      ...unhandled.map(([name, count]): Evidence => {
        const message = `It ended with ${countOf(count, 'signal', 'signals')} ${name} for which its code has no handler.`;
        return { from: 'history', file, eventId: events, at, message };
      }),
      ...unread.map(({ kind, name, notSeen }): Evidence => {
        const message = `It ended with ${countOf(notSeen, kind, `${kind}s`)} ${name} that no code had seen.`;
        return { from: 'history', file, eventId: events, at, message };
      }),
      ...(undeclared === 0
        ? []
        : [
            {
              from: 'history' as const,
              file,
              eventId: events,
              at,
              message: `It handed on ${countOf(undeclared, 'signal', 'signals')} that no handler is declared for.`,
            },
          ]),
    ];
  });
  const [first] = lost;
  if (first) {
    const fix =
      'Declare an inbox for each signal and drain it before the end: longRunning completes only when its inboxes are empty.';
    return { check, verdict: 'no-go', message: first.message, evidence: lost, fix };
  }
  const received = runs.reduce(
    (sum, { inspection }) => sum + inspection.messages.reduce((all, one) => all + one.received, 0),
    0,
  );
  const evidence = runs.map(({ file, inspection }): Evidence => ({
    from: 'history',
    file,
    at: inspection.startedAt,
    message: 'It lost none.',
  }));
  const message =
    received === 0
      ? `${countOf(runs.length, 'saved run', 'saved runs')} received none.`
      : `Of ${countOf(received, 'message', 'messages')} in saved runs none was lost.`;
  return { check, verdict: 'go', message, evidence };
}

function countCheck({ runs, entry, type }: OfType): ReviewCheck {
  const check = 'count';
  if (runs.length === 0) return unseen(check, type);
  const limit = entry?.limits?.signals ?? mostSignals;
  const counted = runs.map(({ file, inspection: { messages, startedAt: at } }) => ({
    file,
    at,
    signals: messages.reduce((sum, { kind, received }) => sum + (kind === 'signal' ? received : 0), 0),
  }));
  const most = counted.reduce((best, one) => (one.signals > best.signals ? one : best));
  const evidence: Evidence[] = [
    {
      from: 'history',
      file: most.file,
      at: most.at,
      message: `It received ${countOf(most.signals, 'signal', 'signals')}.`,
    },
  ];
  const message = `A run received ${countOf(most.signals, 'signal', 'signals')}, of ${limit.toLocaleString('en-US')} at the most.`;
  if (most.signals <= limit) return { check, verdict: 'go', message, evidence };
  return {
    check,
    verdict: 'no-go',
    message,
    evidence,
    fix: 'Roll over before the server refuses signals at 10,000 a run: longRunning does.',
  };
}

function unseen(check: string, type: string): ReviewCheck {
  const message = `No saved history shows what becomes of the signals of ${type}.`;
  return { check, verdict: 'unknown', message, evidence: [], command: recordCommand(type) };
}
