import { markdownTable } from '../support/markdown-table';
import { pair, sides } from './bench';
import type { Bench, Side } from './bench';
import { differencePercent, median, percent } from './statistics';

export interface SignalsSize {
  rounds: number;
  signals: number;
  workflows: number;
}

/** Signals a second from the client's call to the workflow's end, while the worker runs. */
export async function signals(bench: Bench, { rounds, signals: count, workflows }: SignalsSize): Promise<string> {
  const each = Math.floor(count / workflows);
  const measure = async (side: Side): Promise<number> => {
    const taskQueue = bench.newTaskQueue();
    return await bench.withWorker(side, taskQueue, async () => {
      const handles = await Promise.all(
        Array.from({ length: workflows }, () => bench.start(`${side}Count`, taskQueue)),
      );
      const begun = performance.now();
      await Promise.all(
        handles.map(async (handle) => {
          await bench.send(handle, each);
          await handle.result();
        }),
      );
      return (each * workflows) / ((performance.now() - begun) / 1_000);
    });
  };
  const results: Record<Side, number>[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const result = await pair(round, measure);
    results.push(result);
    bench.log(
      `signals ${round + 1} of ${rounds}: plain ${result.plain.toFixed(0)}, longhaul ${result.longhaul.toFixed(0)} a second`,
    );
  }
  const of = (side: Side): string => median(results.map((result) => result[side])).toFixed(0);
  const difference = differencePercent(results.map(({ plain, longhaul }) => [plain, longhaul]));
  return markdownTable(
    ['signals alone', ...sides, 'difference (95 % interval)'],
    [['signals a second', ...sides.map(of), percent(difference)]],
  );
}
