import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { lintFolder, withProject } from './lint-project.js';

const compilerOptions = {
  target: 'ES2022',
  lib: ['ES2022'],
  module: 'node16',
  strict: true,
  types: [],
  skipLibCheck: true,
};
const lib = (extra: object = {}): string =>
  JSON.stringify({
    compilerOptions: { ...compilerOptions, declaration: true, outDir: 'dist', rootDir: 'src', ...extra },
    include: ['src'],
  });
const app = (extra: object = {}): string => JSON.stringify({ compilerOptions, include: ['src'], ...extra });
const manifest = (extra: object): string => JSON.stringify({ name: '@acme/lib', ...extra });

const flow = (specifier: string): string =>
  `import { sleep } from '@temporalio/workflow';
import { stamp } from '${specifier}';
export async function order() { await sleep(1);
  return stamp(); }`;

const source = {
  'packages/lib/src/index.ts': `export * from './stamp.js';`,
  'packages/lib/src/stamp.ts': 'export function stamp(): number { return Date.now(); }',
};
const built = {
  'packages/lib/dist/index.d.ts': `export * from './stamp.js';`,
  'packages/lib/dist/stamp.d.ts': 'export declare function stamp(): number;',
};
const entry = { types: './dist/index.d.ts', default: './dist/index.js' };

interface Layout {
  name: string;
  files: Record<string, string>;
  specifier?: string;
}

const layouts: readonly Layout[] = [
  {
    name: 'built',
    files: {
      ...source,
      ...built,
      'packages/lib/package.json': manifest({ exports: { '.': entry } }),
      'packages/lib/tsconfig.json': lib(),
    },
  },
  {
    name: 'not built',
    files: {
      ...source,
      'packages/lib/package.json': manifest({ exports: { '.': entry } }),
      'packages/lib/tsconfig.json': lib(),
    },
  },
  {
    name: 'not built, with main and types alone',
    files: {
      ...source,
      'packages/lib/package.json': manifest({ main: 'dist/index.js', types: 'dist/index.d.ts' }),
      'packages/lib/tsconfig.json': lib(),
    },
  },
  {
    name: 'built by a bundler, with no configuration to say so',
    files: {
      ...source,
      ...built,
      'packages/lib/package.json': manifest({ types: './dist/index.d.ts' }),
      'packages/lib/tsconfig.json': lib({ outDir: undefined, noEmit: true, rootDir: undefined }),
    },
  },
  {
    name: 'built, with declaration maps to elsewhere',
    files: {
      ...built,
      'packages/lib/code/index.ts': `export * from './stamp.js';`,
      'packages/lib/code/stamp.ts': source['packages/lib/src/stamp.ts'],
      'packages/lib/dist/index.d.ts.map': JSON.stringify({ version: 3, sources: ['../code/index.ts'], mappings: '' }),
      'packages/lib/package.json': manifest({ types: './dist/index.d.ts' }),
    },
  },
  {
    name: 'a path of the package, by a pattern, not built',
    specifier: '@acme/lib/parts/stamp',
    files: {
      'packages/lib/src/parts/stamp.ts': source['packages/lib/src/stamp.ts'],
      'packages/lib/package.json': manifest({ exports: { './parts/*': { import: { types: './dist/parts/*.d.ts' } } } }),
      'packages/lib/tsconfig.json': lib(),
    },
  },
  {
    name: 'a project reference, by a relative path to what it makes',
    specifier: '../../lib/dist/index.js',
    files: {
      ...source,
      ...built,
      'packages/lib/package.json': manifest({}),
      'packages/lib/tsconfig.json': lib({ composite: true }),
      'packages/app/tsconfig.json': app({ references: [{ path: '../lib' }] }),
    },
  },
];

describe('a workspace', () => {
  for (const { name, files, specifier = '@acme/lib' } of layouts) {
    it(`is followed into the sources of its packages: ${name}`, async () => {
      const project = {
        'tsconfig.json': JSON.stringify({ files: [] }),
        'packages/app/package.json': JSON.stringify({ name: '@acme/app' }),
        'packages/app/tsconfig.json': app(),
        'packages/app/src/flow.ts': flow(specifier),
        ...files,
      };
      const { reports } = await withProject(project, {}, async (folder) => {
        const link = join(folder, 'packages/app/node_modules/@acme/lib');
        mkdirSync(dirname(link), { recursive: true });
        symlinkSync(join(folder, 'packages/lib'), link);
        return lintFolder(join(folder, 'packages/app'));
      });
      assert.deepEqual(
        reports.map(({ at }) => at),
        ['src/flow.ts:4 no-date-now'],
      );
      assert.match(
        reports[0]?.text ?? '',
        /order → stamp \(\.\.\/lib\/(src|code)\/(parts\/)?stamp\.ts:1\) → Date\.now\(\)/,
      );
    });
  }

  it('leaves a package that is installed alone, whatever lies beside its declarations', async () => {
    const project = {
      'src/flow.ts': flow('@acme/lib'),
      'node_modules/@acme/lib/package.json': manifest({ types: './dist/index.d.ts' }),
      'node_modules/@acme/lib/dist/index.d.ts': 'export declare function stamp(): number;',
      'node_modules/@acme/lib/src/index.ts': source['packages/lib/src/stamp.ts'],
    };
    const { reports } = await withProject(project, {}, (folder) => lintFolder(folder));
    assert.deepEqual(reports, []);
  });
});
