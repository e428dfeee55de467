import type { Fact } from './effects.js';

const random: Fact = ['random'];

/** Facts by `module#export` for packages that workflows meet often; those of `settings.longhaul.functions` come first. */
const curated = new Map<string, Fact>([
  ...of('uuid', ['v1', 'v4', 'v6', 'v7']),
  ...of('uuid/v1', ['default']),
  ...of('uuid/v4', ['default']),
  ...of('nanoid', ['nanoid', 'customAlphabet', 'random']),
  ...of('nanoid/async', ['nanoid', 'customAlphabet', 'random']),
  ...of('nanoid/non-secure', ['nanoid', 'customAlphabet']),
  ...of('crypto', [
    'randomUUID',
    'randomBytes',
    'randomInt',
    'randomFill',
    'randomFillSync',
    'getRandomValues',
    'webcrypto.randomUUID',
    'webcrypto.getRandomValues',
  ]),
]);

function of(module: string, names: readonly string[]): [string, Fact][] {
  return names.map((name) => [`${module}#${name}`, random]);
}

/**
 * What is known about an export of a package.
 *
 * @param path The way from the module to the function, such as `['default', 'randomUUID']`.
 */
export function factOf(module: string, path: readonly string[], own: ReadonlyMap<string, Fact>): Fact | undefined {
  const name = path.filter((step) => step !== 'default').join('.') || 'default';
  const bare = module.replace(/^node:/, '');
  for (const facts of [own, curated]) {
    for (const key of [`${module}#${name}`, `${bare}#${name}`, `${packageOf(bare)}#${name}`]) {
      const fact = facts.get(key);
      if (fact !== undefined) return fact;
    }
  }
  return undefined;
}

/** The package that a module specifier names: `@acme/lib/dates` is in `@acme/lib`. */
export function packageOf(specifier: string): string {
  const parts = specifier.split('/');
  return parts.slice(0, specifier.startsWith('@') ? 2 : 1).join('/');
}
