import { execFileSync } from 'node:child_process';
import { relative, resolve } from 'node:path';
import type { Spot } from '../rules/observer.js';
import { UsageError } from './options.js';

/** The lines that changed since a commit; `all` for a file that is new. */
export type Changes = ReadonlyMap<string, 'all' | readonly (readonly [first: number, last: number])[]>;

/**
 * What git says has changed since `ref`, with what is not committed yet and files it does not know.
 *
 * @throws UsageError where there is no such commit, or no repository.
 */
export function changesSince(ref: string, cwd: string): Changes {
  const top = git(['rev-parse', '--show-toplevel'], cwd, 'the folder is no git repository').trim();
  const commit = git(
    ['rev-parse', '--verify', '--quiet', `${ref}^{commit}`],
    cwd,
    `git knows no commit '${ref}'`,
  ).trim();
  const changes = new Map<string, 'all' | (readonly [number, number])[]>();
  const diff = git(
    ['-c', 'core.quotePath=false', 'diff', '--unified=0', '--no-color', '--no-ext-diff', '--no-renames', commit, '--'],
    top,
    'git diff failed',
  );
  let lines: (readonly [number, number])[] = [];
  for (const line of diff.split('\n')) {
    const file = /^\+\+\+ b\/(.*?)\t?$/.exec(line)?.[1];
    if (file !== undefined) changes.set(here(file, top, cwd), (lines = []));
    const hunk = /^@@ -\S+ \+(\d+)(?:,(\d+))? @@/.exec(line);
    if (hunk === null) continue;
    const [first, count] = [Number(hunk[1]), Number(hunk[2] ?? 1)];
    if (count > 0) lines.push([first, first + count - 1]);
  }
  const unknown = git(['ls-files', '--others', '--exclude-standard', '-z'], top, 'git ls-files failed');
  for (const file of unknown.split('\0')) if (file !== '') changes.set(here(file, top, cwd), 'all');
  return changes;
}

/** Whether a way passes a line that changed. */
export function touches(spots: readonly Spot[], changes: Changes): boolean {
  return spots.some(({ file, line }) => {
    const lines = changes.get(file);
    return lines === 'all' || (lines?.some(([first, last]) => first <= line && line <= last) ?? false);
  });
}

function here(file: string, top: string, cwd: string): string {
  return relative(cwd, resolve(top, file)).replaceAll('\\', '/');
}

function git(args: readonly string[], cwd: string, otherwise: string): string {
  try {
    return execFileSync('git', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], maxBuffer: 1e9 });
  } catch {
    throw new UsageError(`--since: ${otherwise}`);
  }
}
