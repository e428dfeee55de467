/** `3.2 KiB`. */
export function bytesText(bytes: number): string {
  if (bytes < 1_024) return `${Math.round(bytes)} B`;
  const [value, unit] = bytes < 1_024 ** 2 ? [bytes / 1_024, 'KiB'] : [bytes / 1_024 ** 2, 'MiB'];
  return `${value.toFixed(value < 10 ? 1 : 0)} ${unit}`;
}

/** `320 ms`, `4.2 s`, `3 h 20 min`, `2 d 4 h`. */
export function durationText(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(ms < 10_000 ? 1 : 0)} s`;
  const minutes = Math.round(ms / 60_000);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return pair(hours, 'h', minutes % 60, 'min');
  return pair(Math.floor(hours / 24), 'd', hours % 24, 'h');
}

const pair = (large: number, largeUnit: string, small: number, smallUnit: string): string =>
  small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;

/** `1 event`, `12,345 events`. */
export const countOf = (count: number, thing: string): string =>
  `${countText(count)} ${thing}${count === 1 ? '' : 's'}`;

/** `12,345`. */
export const countText = (count: number): string => Math.round(count).toLocaleString('en-US');

/** `2026-11-21 10:31:52Z`. */
export const timeText = (iso: string): string => `${iso.slice(0, 19).replace('T', ' ')}Z`;

/** Columns as wide as they need be; those of numbers to the right. */
export function tableText(rows: readonly (readonly (string | number)[])[], indent = '  '): string[] {
  const texts = rows.map((row) => row.map((cell) => (typeof cell === 'number' ? countText(cell) : cell)));
  const widths = (texts[0] ?? []).map((_, column) => Math.max(...texts.map((row) => (row[column] ?? '').length)));
  const numeric = widths.map((_, column) => rows.slice(1).every((row) => typeof row[column] === 'number'));
  return texts.map((row) => {
    const cells = row.map((cell, column) => {
      const width = widths[column] ?? 0;
      return numeric[column] ? cell.padStart(width) : cell.padEnd(width);
    });
    return `${indent}${cells.join('  ').trimEnd()}`;
  });
}

/** One line of at most `most` characters. */
export function shortText(value: unknown, most = 100): string {
  const text = (typeof value === 'string' ? value : (JSON.stringify(value) as string | undefined)) ?? '';
  const line = text.replace(/\s+/g, ' ');
  return line.length > most ? `${line.slice(0, most - 1)}…` : line;
}
