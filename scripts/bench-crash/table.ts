import type { Crash } from './crash';
import type { Kind } from './workflows';

const names: Record<Kind, string> = {
  stock: '`heartbeat(i)` of the SDK',
  save: '`checkpoint.save(i)`',
  commit: '`await checkpoint.commit(i)`',
};

/** The table that the benchmark prints, as Markdown. */
export function crashTable(crashes: readonly Crash[]): string {
  const rows = (Object.keys(names) as Kind[]).map((kind) => {
    const ofKind = crashes.filter((crash) => crash.kind === kind);
    const lost = ofKind.map((crash) => crash.lost);
    const seconds = ofKind.map(({ secondsToResume }) => secondsToResume);
    const made = ofKind.map((crash) => crash.made);
    return [names[kind], ...pair(lost, 0), String(median(made)), ...pair(seconds, 1)];
  });
  const head = ['checkpoint', 'lost, median', 'lost, max', 'of made', 'seconds to resume, median', 'max'];
  const table = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0))).join(' | ')} |`;
  const rule = `| ${widths.map((width, at) => (at === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |`;
  return [line(head), rule, ...rows.map(line)].join('\n');
}

function pair(values: readonly number[], digits: number): [string, string] {
  return [median(values).toFixed(digits), Math.max(...values).toFixed(digits)];
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? 0)) / 2;
}
