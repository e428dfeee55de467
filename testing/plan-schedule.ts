import { seededRandom } from './random';

/** How much of what a schedule holds. All counts are exact: chance decides where, so no seed makes a weak test. */
export interface ScheduleCounts {
  /** Items that are sent, in order, from 1. */
  items: number;
  /** Items that are sent a second time, at some later point. @default a tenth of the items */
  duplicates?: number;
  /** @default 0 */
  rollOvers?: number;
  /** @default 0 */
  crashes?: number;
  /** @default a fifth of the items */
  pauses?: number;
  /** The longest pause, in milliseconds. @default 100 */
  pauseMs?: number;
}

export type ScheduleStep =
  | { do: 'send'; item: number; last: boolean }
  /** An item that was sent before, once more. */
  | { do: 'send-again'; item: number }
  | { do: 'roll-over' }
  | { do: 'crash' }
  | { do: 'pause'; ms: number };

/**
 * The steps of a seed: the same ones each time. The last item is the last step, and nothing is sent after it.
 *
 * @throws TypeError for a count that is no whole number, or more duplicates than items before the last.
 */
export function planSchedule(seed: number, counts: ScheduleCounts): ScheduleStep[] {
  const { items, rollOvers = 0, crashes = 0 } = counts;
  const { duplicates = Math.floor(items / 10), pauses = Math.floor(items / 5), pauseMs = 100 } = counts;
  const wholes = { seed, items, duplicates, rollOvers, crashes, pauses, pauseMs };
  for (const [name, value] of Object.entries(wholes)) {
    const least = name === 'items' ? 1 : 0;
    if (!Number.isInteger(value) || value < least) {
      throw new TypeError(`A schedule takes a whole number from ${least} as ${name}, not ${value}.`);
    }
  }
  if (duplicates > items - 1) {
    throw new TypeError(`A schedule of ${items} items has room for ${items - 1} duplicates, not ${duplicates}.`);
  }
  const random = seededRandom(seed);
  const below = (limit: number): number => Math.floor(random() * limit);
  // What comes before item n, for n from 1; a thing lands anywhere before the last item.
  const before = new Map<number, ScheduleStep[]>();
  const put = (item: number, step: ScheduleStep): void => {
    before.set(item, [...(before.get(item) ?? []), step]);
  };
  for (const item of choose(items - 1, duplicates, below)) {
    // After its first sending, which is before what comes before the next item.
    put(item + 1 + below(items - item), { do: 'send-again', item });
  }
  for (const [count, step] of [
    [rollOvers, { do: 'roll-over' }],
    [crashes, { do: 'crash' }],
  ] as const) {
    for (let n = 0; n < count; n += 1) put(1 + below(items), step);
  }
  for (let n = 0; n < pauses; n += 1) put(1 + below(items), { do: 'pause', ms: below(pauseMs + 1) });
  return Array.from({ length: items }, (_, index) => index + 1).flatMap((item) => [
    ...(before.get(item) ?? []),
    { do: 'send', item, last: item === items } as const,
  ]);
}

/** `count` different numbers from 1 to `of`. */
function choose(of: number, count: number, below: (limit: number) => number): number[] {
  const all = Array.from({ length: of }, (_, index) => index + 1);
  return Array.from({ length: count }, () => all.splice(below(all.length), 1)[0] ?? 1);
}
