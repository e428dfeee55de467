import { relative } from 'node:path';

/** A path as messages show it: relative to where the linter runs, with forward slashes. */
export function shown(cwd: string, file: string): string {
  return relative(cwd, file).replaceAll('\\', '/');
}

/** Whether a file's name or folder says that it holds tests. */
export function isTestPath(path: string): boolean {
  return /(^|\/)(tests?|__tests__|__mocks__|specs?|e2e)\/|[.-](test|spec)\.[cm]?[jt]sx?$/.test(path);
}

/** Whether a file's name or folder says that it holds activities. */
export function isActivityPath(path: string): boolean {
  return /activit(y|ies)([./-]|$)/i.test(path);
}

/** Whether `path` is what `pattern` names: the file itself, without its ending, its folder, or a glob. */
export function matches(path: string, pattern: string): boolean {
  const plain = pattern.replace(/^\.\//, '').replace(/\/$/, '');
  if (/[*?{]/.test(plain)) return globToRegExp(plain).test(path);
  return path === plain || withoutEnding(path) === withoutEnding(plain) || path.startsWith(`${plain}/`);
}

export function withoutEnding(path: string): string {
  return path.replace(/\.[cm]?[jt]sx?$/, '');
}

function globToRegExp(glob: string): RegExp {
  const source = glob.replace(/\*\*\/|\*\*|\*|\?|\{[^{}]*\}|[.+^$()|[\]\\]/g, (token) => {
    if (token === '**/') return '(?:.*/)?';
    if (token === '**') return '.*';
    if (token === '*') return '[^/]*';
    if (token === '?') return '[^/]';
    if (token.startsWith('{')) return `(?:${token.slice(1, -1).split(',').map(escape).join('|')})`;
    return `\\${token}`;
  });
  return new RegExp(`^${source}$`);
}

function escape(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
