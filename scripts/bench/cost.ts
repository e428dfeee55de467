import { markdownTable } from '../support/markdown-table';
import { pair, runsOf, sides } from './bench';
import type { Bench, Side } from './bench';
import { cloudActions } from './cloud-actions';
import { differencePercent, median, percent } from './statistics';
import type { Interval } from './statistics';

export interface CostSize {
  pairs: number;
  /** Items of each workflow. */
  items: number;
  /** Workflows at once. */
  workflows: number;
  /** Under the default limits, not under those that make a short run roll over. */
  steady?: boolean;
}

interface Measured {
  cpuMsPerItem: number;
  itemsPerSecond: number;
  eventsPerItem: number;
  actionsPerItem: number;
  rollOvers: number;
}

export interface Cost {
  cpu: Interval;
  pairs: Record<Side, Measured>[];
  /** What was not met. */
  missed: string[];
}

/** CPU, history events and billed actions of an item with an activity, in interleaved pairs. */
export async function cost(bench: Bench, size: CostSize): Promise<Cost> {
  const pairs: Record<Side, Measured>[] = [];
  // The first runs pay for what is compiled and loaded once.
  await pair(0, (side) => measure(bench, side, size));
  for (let round = 0; round < size.pairs; round += 1) {
    const measured = await pair(round, (side) => measure(bench, side, size));
    pairs.push(measured);
    const of = (side: Side): string => measured[side].cpuMsPerItem.toFixed(2);
    bench.log(`cost ${round + 1} of ${size.pairs}: plain ${of('plain')}, longhaul ${of('longhaul')} ms of CPU an item`);
  }
  const cpu = differencePercent(pairs.map(({ plain, longhaul }) => [plain.cpuMsPerItem, longhaul.cpuMsPerItem]));
  return { cpu, pairs, missed: missedBy(pairs, cpu) };
}

export function costTable({ pairs, cpu }: Cost): string {
  const of = (side: Side, what: keyof Measured): number => median(pairs.map((measured) => measured[side][what]));
  const row = (name: string, what: keyof Measured, digits: number, difference: string): string[] => [
    name,
    ...sides.map((side) => of(side, what).toFixed(digits)),
    difference,
  ];
  const speed = differencePercent(pairs.map(({ plain, longhaul }) => [plain.itemsPerSecond, longhaul.itemsPerSecond]));
  const same = (what: keyof Measured): string => (of('plain', what) === of('longhaul', what) ? 'equal' : 'differs');
  return markdownTable(
    ['an item with an activity', 'plain', 'longhaul', 'difference (95 % interval)'],
    [
      row('CPU, ms', 'cpuMsPerItem', 2, percent(cpu)),
      row('activities a second', 'itemsPerSecond', 0, percent(speed)),
      row('history events', 'eventsPerItem', 2, same('eventsPerItem')),
      row('billed actions', 'actionsPerItem', 2, same('actionsPerItem')),
      row('rollovers of a round', 'rollOvers', 0, same('rollOvers')),
    ],
  );
}

async function measure(bench: Bench, side: Side, { items, workflows, steady = false }: CostSize): Promise<Measured> {
  const taskQueue = bench.newTaskQueue();
  const handles = await Promise.all(
    Array.from({ length: workflows }, () => bench.start(`${side}${steady ? 'Steady' : 'Work'}`, taskQueue)),
  );
  // All signals are there before the worker is: what comes when, and so what a workflow task holds, is the same each time.
  for (const handle of handles) await bench.send(handle, items);
  const { used, seconds } = await bench.withWorker(side, taskQueue, async () => {
    const before = process.cpuUsage();
    const begun = performance.now();
    await Promise.all(handles.map((handle) => handle.result()));
    const { user, system } = process.cpuUsage(before);
    return { used: (user + system) / 1_000, seconds: (performance.now() - begun) / 1_000 };
  });
  const runs = (await Promise.all(handles.map((handle) => runsOf(bench, handle)))).flat();
  const total = items * workflows;
  return {
    cpuMsPerItem: used / total,
    itemsPerSecond: total / seconds,
    eventsPerItem: runs.reduce((sum, { history }) => sum + (history.events?.length ?? 0), 0) / total,
    actionsPerItem: cloudActions(runs) / total,
    rollOvers: runs.length - workflows,
  };
}

function missedBy(pairs: readonly Record<Side, Measured>[], cpu: Interval): string[] {
  const missed: string[] = [];
  const of = (side: Side, what: keyof Measured): number => median(pairs.map((measured) => measured[side][what]));
  if (of('plain', 'eventsPerItem') !== of('longhaul', 'eventsPerItem'))
    missed.push('history events an item are not equal');
  if (of('longhaul', 'actionsPerItem') > of('plain', 'actionsPerItem'))
    missed.push('an item costs more billed actions');
  if (cpu.median > 10) missed.push(`an item costs ${cpu.median.toFixed(1)} % more CPU, of at most 10 %`);
  return missed;
}
