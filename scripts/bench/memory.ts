import { join } from 'node:path';
import { markdownTable } from '../support/markdown-table';
import { pair, sides } from './bench';
import type { Bench, Side } from './bench';
import { resultOf } from './child';
import type { MemoryOrder } from './memory-process';
import { differencePercent, median, percent } from './statistics';
import type { Interval } from './statistics';

/** What a cached, waiting workflow takes of a worker's memory; a fresh process for each. */
export async function memory(
  bench: Bench,
  { rounds, few, many }: { rounds: number; few: number; many: number },
): Promise<{ table: string; difference: Interval }> {
  const measure = async (side: Side): Promise<number> => {
    const { address } = bench.server;
    const taskQueue = bench.newTaskQueue();
    const bundlePath = bench.bundlePath(side);
    const order: MemoryOrder = { type: `${side}Work`, address, taskQueue, bundlePath, few, many };
    return await resultOf<number>(join(__dirname, 'memory-process.js'), order);
  };
  const results: Record<Side, number>[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const result = await pair(round, measure);
    results.push(result);
    const kib = (side: Side): string => (result[side] / 1_024).toFixed(1);
    bench.log(`memory ${round + 1} of ${rounds}: plain ${kib('plain')}, longhaul ${kib('longhaul')} KiB a workflow`);
  }
  const of = (side: Side): string => (median(results.map((result) => result[side])) / 1_024).toFixed(1);
  const difference = differencePercent(results.map(({ plain, longhaul }) => [plain, longhaul]));
  const head = ['a cached workflow that waits', ...sides, 'difference (95 % interval)'];
  return { table: markdownTable(head, [['memory, KiB', ...sides.map(of), percent(difference)]]), difference };
}
