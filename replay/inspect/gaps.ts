import { idOf } from '../events';
import type { HistoryEvent } from '../proto';
import { atOf, iso, kindOf } from './event-facts';
import type { Gap } from './inspection';
import type { Work } from './work';

/** The longest stretches of time without an event, longest first. */
export function gapsOf(events: readonly HistoryEvent[], work: readonly Work[], most: number): Gap[] {
  const pairs = events.slice(1).map((before, index) => ({ after: events[index] ?? before, before }));
  return pairs
    .map(({ after, before }) => ({ after, before, ms: atOf(before) - atOf(after) }))
    .filter(({ ms }) => ms >= 1_000)
    .sort((a, b) => b.ms - a.ms)
    .slice(0, most)
    .map(({ after, before, ms }) => ({
      from: iso(atOf(after)),
      to: iso(atOf(before)),
      ms,
      after: { eventId: idOf(after), kind: kindOf(after) },
      before: { eventId: idOf(before), kind: kindOf(before) },
      during: underWay(work, idOf(after), idOf(before)),
    }));
}

function underWay(work: readonly Work[], after: number, before: number): string[] {
  return work
    .filter(({ event, end }) => idOf(event) <= after && (!end || idOf(end) >= before))
    .slice(0, 3)
    .map(({ what, name }) => `${what} ${name}`);
}
