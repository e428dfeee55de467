import { attributePair } from '../drift/attribute-pairs';
import { milliseconds } from '../drift/attributes';
import { differences } from '../drift/compare-attributes';
import type { ShownValues } from '../drift/shown-value';
import type { History } from '../proto';
import type { DriftEntry } from '../report';
import type { Pair } from './compare-commands';
import { derivedPlace } from './derived';
import { momentsOf } from './merged-tasks';
import type { SourceLines } from './source-lines';

export type Drift = DriftEntry;
export type ValueOptions = ShownValues;

/** More of one history helps nobody. */
const most = 50;

/**
 * What the code now says otherwise in a command of the same kind and name: the core compares no more than those.
 *
 * @param derived Places of a redacted history at which a token is not what the code makes of one.
 */
export function driftOf(
  history: History,
  pairs: readonly Pair[],
  lines: SourceLines,
  values: ShownValues,
  derived: readonly string[] = [],
): Drift[] {
  const expected = new Set(derived);
  const isSame = momentsOf(history.events ?? []);
  const started = history.events?.[0]?.workflowExecutionStartedEventAttributes;
  const runTimeoutMs = milliseconds(started?.workflowRunTimeout);
  const drift: Drift[] = [];
  for (const { recorded, issued } of pairs) {
    const found = differences(attributePair(recorded.event, issued.command, runTimeoutMs), values, isSame).filter(
      ({ path }) => !expected.has(derivedPlace(recorded.label, path) ?? ''),
    );
    if (found.length === 0) continue;
    const location = lines.locate(issued.origin);
    for (const difference of found) {
      if (drift.length === most) return drift;
      drift.push({
        eventId: recorded.eventId,
        command: recorded.label,
        ...difference,
        ...(location && { location }),
      });
    }
  }
  return drift;
}
