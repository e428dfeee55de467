import { patched } from '@temporalio/workflow';

/** What a run may grow to before it rolls over at its next safe point. Each is compared with what the server reports. */
export interface RollOverLimits {
  /** History length in events, from 10 to 40,000 (the server terminates a run at 51,200). @default 4_000 */
  events: number;

  /** History size in bytes, from 10,000 to 40,000,000 (the server terminates a run at 50 MiB). @default 4 MiB */
  bytes: number;

  /** Signals received by this run for its inboxes, from 1 to 9,900 (the server refuses more after 10,000, and suggests nothing before). @default 8_000 */
  signals: number;

  /**
   * Updates received by this run, from 1 to 1,900 (the server refuses more after 2,000). Absent in what older code carried.
   * @default 1_600
   */
  updates?: number;
}

export interface RollOverOptions extends Partial<RollOverLimits> {
  /**
   * The limits of earlier releases, newest first; a number stands for `{ events }`.
   *
   * A limit belongs to the run that began under it: to change one, keep the old value here for as long as first runs of the
   * older code are open or are replayed. First runs that begin meanwhile record one `patched()` marker, and as with any patch
   * they no longer replay once the entry is removed: remove it when none of those is open or replayed either. Later runs carry
   * their limits.
   */
  was?: readonly (number | Partial<RollOverLimits>)[];
}

// A part of protocol 1: another default would break open first runs.
export const defaultUpdates = 1_600;
const defaults: RollOverLimits = { events: 4_000, bytes: 4 * 1024 * 1024, signals: 8_000 };
const ranges: Record<keyof RollOverLimits, readonly [number, number]> = {
  events: [10, 40_000],
  bytes: [10_000, 40_000_000],
  signals: [1, 9_900],
  updates: [1, 1_900],
};

/** The declared limits, newest first: the current ones and what they were before. */
export type DeclaredLimits = readonly [RollOverLimits, ...RollOverLimits[]];

/** @throws TypeError when a limit is unknown, not a whole number, or out of its range. */
export function declareLimits(workflow: string, { was = [], ...current }: RollOverOptions): DeclaredLimits {
  const complete = (given: Partial<RollOverLimits>): RollOverLimits => {
    for (const name of Object.keys(given)) {
      if (!Object.hasOwn(ranges, name)) {
        throw new TypeError(
          `longRunning '${workflow}': rollOver.${name} is no limit; use events, bytes, signals or updates`,
        );
      }
    }
    const { events = defaults.events, bytes = defaults.bytes, signals = defaults.signals } = given;
    const { updates } = given;
    const limits = { events, bytes, signals, ...(updates === undefined ? {} : { updates }) };
    for (const [name, [least, most]] of Object.entries(ranges)) {
      const value = limits[name as keyof RollOverLimits] ?? least;
      if (!Number.isInteger(value) || value < least || value > most) {
        throw new TypeError(
          `longRunning '${workflow}': rollOver.${name} is ${String(value)}; use a whole number from ${least} to ${most}`,
        );
      }
    }
    return limits;
  };
  return [complete(current), ...was.map((old) => complete(typeof old === 'number' ? { events: old } : old))];
}

/**
 * The limits of a first run. Later runs read theirs from the envelope.
 *
 * @remarks Records a patch marker for each declared limit that is newer than the run, and nothing where no `was` is declared.
 */
export function limitsOfFirstRun([current, ...older]: DeclaredLimits): RollOverLimits {
  let limits = current;
  for (const next of older) {
    if (patched(patchOf(limits))) return limits;
    limits = next;
  }
  return limits;
}

/** A limit on updates is named only where it is declared: ids are history. */
function patchOf({ events, bytes, signals, updates }: RollOverLimits): string {
  return `longhaul.rollOver ${events}/${bytes}/${signals}${updates === undefined ? '' : `/${updates}`}`;
}
