import { markdownTable } from '../support/markdown-table';
import { pair, sides } from './bench';
import type { Bench, Side } from './bench';
import { quantile } from './statistics';

/** How long an acknowledged checkpoint takes. */
export async function commitLatency(
  bench: Bench,
  { rounds, commits }: { rounds: number; commits: number },
): Promise<string> {
  const taken: Record<Side, number[]> = { plain: [], longhaul: [] };
  for (let round = 0; round < rounds; round += 1) {
    const result = await pair(round, (side) => {
      const taskQueue = bench.newTaskQueue();
      return bench.withWorker('plain', taskQueue, async () => {
        const handle = await bench.start('acknowledged', taskQueue, [side, commits]);
        return (await handle.result()) as number[];
      });
    });
    for (const side of sides) taken[side].push(...result[side]);
    bench.log(`commits ${round + 1} of ${rounds}`);
  }
  const row = (name: string, side: Side): string[] => [
    name,
    ...[0.5, 0.95, 0.99].map((at) => quantile(taken[side], at).toFixed(1)),
  ];
  return markdownTable(
    ['acknowledged checkpoint, ms', 'median', '95 %', '99 %'],
    [row('`client.activity.heartbeat(token)` of the SDK', 'plain'), row('`await checkpoint.commit()`', 'longhaul')],
  );
}
