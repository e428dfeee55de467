import { markdownTable } from '../support/markdown-table';
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
  return markdownTable(head, rows);
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
