import type { Coverage } from './report';

/** What no history shows of a workflow, in a few lines; nothing where all is shown. Types without one are for the policies. */
export function formatCoverage(coverage: Coverage, shown: (path: string) => string): string {
  const { signals, updates, patches, files = [] } = coverage;
  const lines: string[] = [];
  const list = (what: string, names: readonly string[]) => {
    if (names.length > 0) lines.push(`No history covers ${what}: ${names.join(', ')}.`);
  };
  list('the signals', signals.missing);
  list('the updates', updates.missing);
  for (const { id, inCode, taken, notTaken } of patches) {
    if (!inCode) continue;
    if (taken === 0) lines.push(`No history has taken the patch ${id}.`);
    else if (notTaken === 0) lines.push(`No history is from before the patch ${id}.`);
  }
  for (const { file, reached, missing } of files) {
    if (missing.length > 0) {
      lines.push(
        `No history reaches ${missing.length} of ${missing.length + reached.length} lines of ${shown(file)}: ${ranges(missing)}.`,
      );
    }
  }
  return lines.join('\n');
}

/** `3–5, 9`. */
function ranges(numbers: readonly number[]): string {
  const parts: [number, number][] = [];
  for (const number of numbers) {
    const last = parts.at(-1);
    if (last && number === last[1] + 1) last[1] = number;
    else parts.push([number, number]);
  }
  const shown = parts.slice(0, 12).map(([from, to]) => (from === to ? String(from) : `${from}–${to}`));
  return shown.join(', ') + (parts.length > shown.length ? `, and ${parts.length - shown.length} more places` : '');
}
