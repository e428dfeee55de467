import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

export type PackageManager = 'npm' | 'pnpm' | 'yarn' | 'bun';

/** Of each package manager the words that run a program of an installed package. */
export const runWords: Readonly<Record<PackageManager, string>> = {
  npm: 'npx',
  pnpm: 'pnpm exec',
  yarn: 'yarn',
  bun: 'bunx',
};

/**
 * The package manager of the project that `folder` is in: the nearest that a package.json names or a lock file shows, up to the root
 * of the repository, since a package of a workspace has neither. @default npm
 */
export function packageManagerOf(folder: string): PackageManager {
  for (let at = resolve(folder); ; at = dirname(at)) {
    const found = namedIn(join(at, 'package.json')) ?? shownBy(at);
    if (found !== undefined) return found;
    if (existsSync(join(at, '.git')) || at === dirname(at)) return 'npm';
  }
}

/** The command that adds packages to the project in `folder`. */
export function addCommand(folder: string, packages: readonly string[], { dev = false } = {}): string {
  const manager = packageManagerOf(folder);
  const words = {
    npm: dev ? 'npm install --save-dev' : 'npm install',
    pnpm: `pnpm add${dev ? ' -D' : ''}${isPnpmRoot(folder) ? ' -w' : ''}`,
    yarn: dev ? 'yarn add -D' : 'yarn add',
    bun: dev ? 'bun add --dev' : 'bun add',
  };
  return [words[manager], ...packages].join(' ');
}

/** pnpm adds to the root of a workspace only when it is told that this is meant. */
function isPnpmRoot(folder: string): boolean {
  const file = join(folder, 'pnpm-workspace.yaml');
  return existsSync(file) && /^packages:/m.test(readFileSync(file, 'utf8'));
}

const locks: readonly (readonly [file: string, manager: PackageManager])[] = [
  ['pnpm-lock.yaml', 'pnpm'],
  ['pnpm-workspace.yaml', 'pnpm'],
  ['yarn.lock', 'yarn'],
  ['bun.lock', 'bun'],
  ['bun.lockb', 'bun'],
  ['package-lock.json', 'npm'],
];

const shownBy = (folder: string): PackageManager | undefined =>
  locks.find(([file]) => existsSync(join(folder, file)))?.[1];

function namedIn(file: string): PackageManager | undefined {
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
  return /"packageManager"\s*:\s*(?:"|\[?\s*\{[^{}]*"name"\s*:\s*")(npm|pnpm|yarn|bun)(?:@|")/.exec(text)?.[1] as
    PackageManager | undefined;
}
