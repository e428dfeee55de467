import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LintFinding } from './lint.js';
import { EnvironmentError } from './lint.js';

/** ESLint's own file of accepted findings: counts by file and rule, which ESLint 9 and 10 read as well. */
type Suppressions = Record<string, Record<string, { count: number }>>;

/** An entry of the baseline that allows more than there is. */
export interface Stale {
  file: string;
  rule: string;
  allowed: number;
  found: number;
}

/** Findings after the baseline. */
export interface Weighed<T extends LintFinding> {
  /** What counts. As in ESLint, all findings of a rule in a file count where there are more than allowed: which is the new one a count can't tell. */
  findings: readonly T[];
  /** How many are more than allowed. */
  fresh: number;
  known: number;
  /** Those that are allowed: which of a rule and file where there are more can't be told, and then none. */
  accepted: readonly T[];
  stale: readonly Stale[];
}

export const baselineFile = 'eslint-suppressions.json';

/** Splits findings by what the baseline of `cwd` allows. */
export function weigh<T extends LintFinding>(
  findings: readonly T[],
  linted: readonly string[],
  cwd: string,
): Weighed<T> {
  const allowed = read(cwd);
  const groups = groupsOf(findings);
  const counted: T[] = [];
  const accepted: T[] = [];
  let fresh = 0;
  let known = 0;
  for (const { file, rule, members } of groups) {
    const most = allowed[file]?.[`longhaul/${rule}`]?.count ?? 0;
    if (members.length <= most) {
      known += members.length;
      accepted.push(...members);
    } else {
      counted.push(...members);
      fresh += members.length - most;
      known += most;
    }
  }
  const order = new Map(findings.map((finding, i) => [finding, i]));
  counted.sort((a, b) => (order.get(a) ?? 0) - (order.get(b) ?? 0));
  return { findings: counted, fresh, known, accepted, stale: staleIn(allowed, groups, new Set(linted), cwd) };
}

/** Writes what is there now as the baseline; what it says of other plugins' rules and of files not linted stays. */
export function writeBaseline(findings: readonly LintFinding[], linted: readonly string[], cwd: string): void {
  const kept = Object.entries(read(cwd)).map(([file, rules]): [string, Suppressions[string]] => {
    const isOurs = (rule: string): boolean =>
      rule.startsWith('longhaul/') && (linted.includes(file) || isGone(file, cwd));
    return [file, Object.fromEntries(Object.entries(rules).filter(([rule]) => !isOurs(rule)))];
  });
  const all: Suppressions = Object.fromEntries(kept);
  for (const { file, rule, members } of groupsOf(findings)) {
    if (rule === unparsed) continue;
    (all[file] ??= {})[`longhaul/${rule}`] = { count: members.length };
  }
  const files = Object.entries(all).filter(([, rules]) => Object.keys(rules).length > 0);
  const sorted = Object.fromEntries(
    byName(files).map(([file, rules]) => [file, Object.fromEntries(byName(Object.entries(rules)))]),
  );
  writeFileSync(join(cwd, baselineFile), `${JSON.stringify(sorted, undefined, 2)}\n`);
}

/** What can't be read is no finding to accept. */
const unparsed = 'parse-error';

function isGone(file: string, cwd: string): boolean {
  return !existsSync(join(cwd, file));
}

function byName<T>(entries: readonly [string, T][]): readonly [string, T][] {
  return [...entries].sort(([a], [b]) => (a < b ? -1 : 1));
}

interface Group<T extends LintFinding> {
  file: string;
  rule: string;
  members: readonly T[];
}

function groupsOf<T extends LintFinding>(findings: readonly T[]): readonly Group<T>[] {
  const groups = new Map<string, { file: string; rule: string; members: T[] }>();
  for (const finding of findings) {
    const { file, rule } = finding;
    const key = `${rule} ${file}`;
    const group = groups.get(key) ?? { file, rule, members: [] };
    group.members.push(finding);
    groups.set(key, group);
  }
  return [...groups.values()];
}

function staleIn(
  allowed: Suppressions,
  groups: readonly Group<LintFinding>[],
  linted: ReadonlySet<string>,
  cwd: string,
): readonly Stale[] {
  return Object.entries(allowed).flatMap(([file, rules]) => {
    if (!linted.has(file) && !isGone(file, cwd)) return [];
    return Object.entries(rules).flatMap(([name, { count }]): readonly Stale[] => {
      if (!name.startsWith('longhaul/')) return [];
      const rule = name.slice('longhaul/'.length);
      const found = groups.find((group) => group.file === file && group.rule === rule)?.members.length ?? 0;
      return found < count ? [{ file, rule, allowed: count, found }] : [];
    });
  });
}

function read(cwd: string): Suppressions {
  const path = join(cwd, baselineFile);
  if (!existsSync(path)) return {};
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    throw new EnvironmentError(`${baselineFile} is no JSON: mend it, or delete it and write it anew with --baseline`);
  }
  return typeof content === 'object' && content !== null ? (content as Suppressions) : {};
}
