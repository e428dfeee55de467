import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { LintFinding } from './lint.js';

/** How many findings a rule has in a package. */
export interface Count {
  package: string;
  rule: string;
  count: number;
}

/** Counts per package and rule, the largest first. */
export function countsOf(findings: readonly LintFinding[], cwd: string): readonly Count[] {
  const counts = new Map<string, Count>();
  for (const { file, rule } of findings) {
    const owner = packageOf(resolve(cwd, file), cwd);
    const key = `${owner} ${rule}`;
    counts.set(key, { package: owner, rule, count: (counts.get(key)?.count ?? 0) + 1 });
  }
  return [...counts.values()].sort(
    (a, b) => b.count - a.count || compare(a.package, b.package) || compare(a.rule, b.rule),
  );
}

/** Counts as lines of three columns. */
export function tableOf(counts: readonly Count[]): readonly string[] {
  const width = (column: (count: Count) => string): number => Math.max(0, ...counts.map((c) => column(c).length));
  const [number, name] = [width((c) => String(c.count)), width((c) => c.package)];
  return counts.map((c) => `${String(c.count).padStart(number)}  ${c.package.padEnd(name)}  ${c.rule}`);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The name in the nearest package.json. */
function packageOf(file: string, cwd: string): string {
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    const manifest = join(folder, 'package.json');
    const name = existsSync(manifest) ? nameIn(manifest) : undefined;
    if (name !== undefined) return name;
    if (folder === cwd || folder === dirname(folder)) return '.';
  }
}

function nameIn(manifest: string): string | undefined {
  try {
    const { name } = JSON.parse(readFileSync(manifest, 'utf8')) as { name?: unknown };
    return typeof name === 'string' ? name : undefined;
  } catch {
    return undefined;
  }
}
