import type { Part, PartHost } from './part';
import { takeStep } from './step';
import type { AnyStepOptions, StepActivity } from './step';

/** What the steps of a chain did and used, over all its runs. */
export interface StepSums {
  done: number;
  failed: number;
  cached: number;
  /** By unit. */
  usage: Record<string, number>;
}

const namesKept = 100;
const others = '(others)';
const none = (): StepSums => ({ done: 0, failed: 0, cached: 0, usage: {} });

/** `run.step`, with its sums by the steps' names. */
export function stepsPart(host: PartHost, carried: unknown): Part {
  const byName = new Map(
    Object.entries((carried ?? {}) as Record<string, Partial<StepSums>>).map(([name, sums]) => [
      name,
      { ...none(), ...sums },
    ]),
  );
  const sumsOf = (name: string): StepSums => {
    // Names made from data would grow without end, and the envelope with them.
    const key = byName.has(name) || byName.size < namesKept ? name : others;
    const sums = byName.get(key) ?? none();
    byName.set(key, sums);
    return sums;
  };
  const ended = (name: string, how: 'done' | 'failed' | 'cached', usage: Readonly<Record<string, number>>): void => {
    host.growth.noteProgress();
    add(sumsOf(name), { ...none(), [how]: 1, usage });
  };
  return {
    carry: () => (byName.size === 0 ? undefined : Object.fromEntries(byName)),
    status: () => {
      if (byName.size === 0) return {};
      const total = none();
      for (const sums of byName.values()) add(total, sums);
      return { steps: Object.fromEntries(byName), usage: total.usage };
    },
    run: {
      step: (activity: StepActivity, args: readonly unknown[], options: AnyStepOptions = {}) =>
        host.hold(() => takeStep(activity, args, options, { ended })),
    },
  };
}

function add(to: StepSums, from: { [K in keyof StepSums]: Readonly<StepSums[K]> }): void {
  to.done += from.done;
  to.failed += from.failed;
  to.cached += from.cached;
  for (const [unit, amount] of Object.entries(from.usage)) to.usage[unit] = (to.usage[unit] ?? 0) + amount;
}
