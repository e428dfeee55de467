import { lengthOfTime } from '../../workflows/duration';
import type { OfType } from '../gathered';
import type { Evidence, ReviewCheck } from '../report';
import { keyOf, lengthText } from '../words';

/** Is somebody told when it is overdue or stuck? */
export function reviewObservability(of: OfType): ReviewCheck[] {
  if (of.catalog === undefined) {
    const message = `There is no longhaul.config.ts, so that nobody is told when ${of.type} is overdue or stuck.`;
    return ['expected-duration', 'owner'].map((check) => ({
      check,
      verdict: 'unknown',
      message,
      evidence: [],
      command: 'npx longhaul init',
    }));
  }
  return [durationCheck(of), ownerCheck(of)];
}

function durationCheck({ entry, type, configFile, runs }: OfType): ReviewCheck {
  const check = 'expected-duration';
  const fix = `Add catalog: { ${keyOf(type)}: { expectedMaxDuration: '3 days' } } to ${configFile}, with the time that it takes at the most.`;
  if (entry?.expectedMaxDuration === undefined) {
    return {
      check,
      verdict: 'no-go',
      message: `The catalog does not say how long ${type} takes at the most.`,
      evidence: [],
      fix,
    };
  }
  const expectedMs = lengthOfTime('expectedMaxDuration', entry.expectedMaxDuration, { most: Number.MAX_VALUE });
  const said: Evidence = {
    from: 'catalog',
    file: configFile,
    message: `expectedMaxDuration is ${lengthText(expectedMs)}.`,
  };
  const over = runs.find(({ inspection }) => inspection.spanMs > expectedMs && inspection.status !== 'terminated');
  if (over) {
    const { spanMs, startedAt: at } = over.inspection;
    const evidence: Evidence[] = [
      said,
      { from: 'history', file: over.file, at, message: `It took ${lengthText(spanMs)}.` },
    ];
    const message = `A saved run took ${lengthText(spanMs)}, longer than the ${lengthText(expectedMs)} after which ${type} counts as overdue.`;
    return {
      check,
      verdict: 'no-go',
      message,
      evidence,
      fix: `Make expectedMaxDuration in ${configFile} longer, or the workflow quicker.`,
    };
  }
  return { check, verdict: 'go', message: `It counts as overdue after ${lengthText(expectedMs)}.`, evidence: [said] };
}

function ownerCheck({ entry, type, configFile }: OfType): ReviewCheck {
  const check = 'owner';
  if (entry?.team === undefined) {
    const message = `The catalog does not say who is called when ${type} is overdue or stuck.`;
    return {
      check,
      verdict: 'no-go',
      message,
      evidence: [],
      fix: `Add catalog: { ${keyOf(type)}: { team: '…' } } to ${configFile}.`,
    };
  }
  const evidence: Evidence[] = [{ from: 'catalog', file: configFile, message: `team is ${entry.team}.` }];
  return { check, verdict: 'go', message: `${entry.team} is called.`, evidence };
}
