import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { readManifest, repositoryRoot, subpathsOf } from '../../scripts/support/manifest';

const root = repositoryRoot();

/** Whose types a compiler without `skipLibCheck` has to find, in each project alike: pnpm lets it see peers alone that were installed. */
const needed = ['common', 'workflow', 'client', 'worker'].map((name) => `@temporalio/${name}`);

describe('the declarations that are published', () => {
  for (const subpath of subpathsOf(readManifest(root))) {
    it(`of ${subpath} need no package that its users may lack`, () => {
      const entry = join(
        root,
        'dist',
        subpath === 'longhaul/recipes' ? 'workflows/recipes' : subpath.slice(9),
        'index.d.ts',
      );
      const packages = [...packagesOf(entry)].filter((name) => !name.startsWith('node:'));
      assert.ok(packages.length > 0);
      assert.deepEqual(
        packages.filter((name) => !needed.includes(name)),
        [],
      );
    });
  }
});

function packagesOf(file: string, seen = new Set<string>(), found = new Set<string>()): Set<string> {
  if (seen.has(file)) return found;
  seen.add(file);
  // The compiler makes any of what it can't find there.
  const text = readFileSync(file, 'utf8').replace(/\/\*\* @ts-ignore .*\nimport type .*/g, '');
  for (const [, name = ''] of text.matchAll(/(?:from|import\()\s*['"]([^'"]+)['"]/g)) {
    if (!name.startsWith('.')) {
      found.add(
        name
          .split('/')
          .slice(0, name.startsWith('@') ? 2 : 1)
          .join('/'),
      );
      continue;
    }
    const base = resolve(dirname(file), name.replace(/\.js$/, ''));
    const next = [`${base}.d.ts`, join(base, 'index.d.ts')].find((path) => existsSync(path));
    assert.ok(next, `${file} imports ${name}`);
    packagesOf(next, seen, found);
  }
  return found;
}
