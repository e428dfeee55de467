import { markdownTable } from '../support/markdown-table';
import type { Bench, Side } from './bench';
import { cost } from './cost';
import { median, percent } from './statistics';

/** The cost of an item by how many workflows are at work at once. */
export async function loadCurve(
  bench: Bench,
  { pairs, items, loads }: { pairs: number; items: number; loads: readonly number[] },
): Promise<string> {
  const rows: string[][] = [];
  for (const workflows of loads) {
    const result = await cost(bench, { pairs, items, workflows });
    const of = (side: Side, what: 'cpuMsPerItem' | 'itemsPerSecond'): number =>
      median(result.pairs.map((measured) => measured[side][what]));
    rows.push([
      String(workflows),
      of('plain', 'itemsPerSecond').toFixed(0),
      of('longhaul', 'itemsPerSecond').toFixed(0),
      of('plain', 'cpuMsPerItem').toFixed(2),
      of('longhaul', 'cpuMsPerItem').toFixed(2),
      percent(result.cpu),
    ]);
  }
  return markdownTable(
    ['workflows at once', 'plain, items/s', 'longhaul, items/s', 'plain, CPU ms', 'longhaul, CPU ms', 'CPU difference'],
    rows,
  );
}
