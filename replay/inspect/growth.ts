import type { HistoryEvent } from '../proto';
import { eventBytes } from '../proto';
import { atOf, iso, kindOf } from './event-facts';
import type { GrowthPoint, KindCount } from './inspection';

/** How a history grew, and of what. */
export function growthOf(
  events: readonly HistoryEvent[],
  mostPoints: number,
): { kinds: KindCount[]; growth: GrowthPoint[]; bytes: number } {
  const kinds = new Map<string, KindCount>();
  const all: GrowthPoint[] = [];
  let bytes = 0;
  for (const [index, event] of events.entries()) {
    const own = eventBytes(event);
    bytes += own;
    const kind = kindOf(event);
    const count = kinds.get(kind) ?? { kind, events: 0, bytes: 0 };
    count.events += 1;
    count.bytes += own;
    kinds.set(kind, count);
    all.push({ at: iso(atOf(event)), events: index + 1, bytes });
  }
  const step = Math.max(1, Math.ceil(all.length / (mostPoints - 1)));
  const growth = all.filter((_, index) => index % step === 0 || index === all.length - 1);
  return { kinds: [...kinds.values()].sort((a, b) => b.events - a.events || b.bytes - a.bytes), growth, bytes };
}
