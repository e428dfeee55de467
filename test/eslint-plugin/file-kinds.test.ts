import assert from 'node:assert/strict';
import { lintProject } from './lint-project.js';

const at = async (files: Readonly<Record<string, string>>): Promise<readonly string[]> =>
  (await lintProject(files)).reports.map((report) => report.at);

const tsconfig = (options: object): string =>
  JSON.stringify({
    compilerOptions: {
      target: 'ES2022',
      lib: ['ES2022'],
      module: 'node16',
      strict: true,
      types: [],
      skipLibCheck: true,
      ...options,
    },
    include: ['**/*'],
  });

describe('files of every kind', () => {
  it('are followed from an ES module in .mts, through .cts and .tsx', async () => {
    const found = await at({
      'src/worker.mts': `import { Worker } from '@temporalio/worker';
import { fileURLToPath } from 'node:url';
await Worker.create({ taskQueue: 'q', workflowsPath: fileURLToPath(new URL('./flows.mjs', import.meta.url)) });
`,
      'src/flows.mts': `import { stamp } from './stamp.cjs';
import { view } from './view.js';
import { draw } from './draw.mjs';
export async function order(): Promise<unknown> {
  return [stamp(), view(), draw(), Date.now()];
}
`,
      'src/stamp.cts': `import lib = require('./lib.cjs');
export function stamp(): number {
  return lib.stamp();
}
`,
      'src/lib.cts': `const lib = {
  stamp: (): number => Date.now(),
};
export = lib;
`,
      'src/view.tsx': `export const view = (): string =>
  String(Math.random());
`,
      'src/draw.mts': `export { random as draw } from './random.mjs';
`,
      'src/random.mts': `export const random = (): number => Math.random();
export const unused = async (): Promise<number> => Date.now();
`,
    });
    assert.deepEqual(found, [
      'src/flows.mts:5 no-date-now',
      'src/lib.cts:2 no-date-now',
      'src/random.mts:1 no-math-random',
      'src/view.tsx:2 no-math-random',
    ]);
  });

  it('are followed in JavaScript, with checkJs and without, in ES modules and CommonJS', async () => {
    const files = {
      'src/worker.mjs': `import { Worker } from '@temporalio/worker';
import { fileURLToPath } from 'node:url';
await Worker.create({ taskQueue: 'q', workflowsPath: fileURLToPath(new URL('./flows.mjs', import.meta.url)) });
`,
      'src/flows.mjs': `import { stamp } from './stamp.js';
/** @returns {Promise<number>} */
export async function order() {
  return stamp() + (await later());
}
const later = async () => Math.random();
`,
      'src/stamp.js': `const { text } = require('./text.cjs');
const lib = require('./lib.cjs');
exports.stamp = function () {
  return text() + lib.read();
};
`,
      'src/text.cjs': `function text() {
  return Date.now();
}
module.exports = { text };
`,
      'src/lib.cjs': `module.exports.read = () => new Date().getHours();
`,
    };
    const expected = [
      'src/flows.mjs:6 no-math-random',
      'src/lib.cjs:1 no-date-now',
      'src/lib.cjs:1 no-host-time-zone',
      'src/text.cjs:2 no-date-now',
    ];
    assert.deepEqual(await at(files), expected);
    assert.deepEqual(await at({ ...files, 'tsconfig.json': tsconfig({ allowJs: true, checkJs: true }) }), expected);
  });

  it('are workflow code in CommonJS by what they require', async () => {
    const found = await at({
      'src/flows.js': `const { proxyActivities, sleep } = require('@temporalio/workflow');
const { ship } = proxyActivities({ startToCloseTimeout: '1 minute' });
async function order(id) {
  await sleep(1000);
  ship(id);
  return Date.now();
}
module.exports = { order };
`,
      'src/whole.cjs': `const wf = require('@temporalio/workflow');
exports.bill = async () => {
  await wf.sleep(1000);
  wf.sleep(1000);
  return Math.random();
};
`,
    });
    assert.deepEqual(found, [
      'src/flows.js:5 no-floating-workflow-promise',
      'src/flows.js:6 no-date-now',
      'src/whole.cjs:4 no-floating-workflow-promise',
      'src/whole.cjs:5 no-math-random',
    ]);
  });

  const flow = (specifier: string): string => `import { sleep } from '@temporalio/workflow';
import { stamp } from '${specifier}';
export async function order(): Promise<number> {
  await sleep(1000);
  return stamp();
}
`;
  const stamp = 'export const stamp = (): number => Date.now();\n';
  const layouts: readonly (readonly [name: string, files: Readonly<Record<string, string>>])[] = [
    [
      'paths without baseUrl',
      { 'tsconfig.json': tsconfig({ paths: { '~/*': ['./src/*'] } }), 'src/flow.ts': flow('~/lib/stamp') },
    ],
    [
      'paths of one module',
      { 'tsconfig.json': tsconfig({ paths: { stamp: ['./src/lib/stamp.ts'] } }), 'src/flow.ts': flow('stamp') },
    ],
    [
      'paths in a configuration that is extended',
      {
        'tsconfig.json': JSON.stringify({ extends: './base.json', include: ['src'] }),
        'base.json': tsconfig({ paths: { '@app/*': ['./src/*'] } }),
        'src/flow.ts': flow('@app/lib/stamp'),
      },
    ],
    [
      'rootDirs',
      {
        'tsconfig.json': tsconfig({ rootDirs: ['./src', './made'] }),
        'src/flow.ts': flow('./lib/stamp'),
        'made/lib/stamp.ts': stamp,
      },
    ],
    [
      'imports of package.json',
      {
        'package.json': JSON.stringify({ name: 'orders', type: 'module', imports: { '#lib/*': './src/lib/*.ts' } }),
        'tsconfig.json': tsconfig({ noEmit: true, allowImportingTsExtensions: true }),
        'src/flow.ts': flow('#lib/stamp'),
      },
    ],
    [
      'endings .ts in imports',
      {
        'tsconfig.json': tsconfig({ noEmit: true, allowImportingTsExtensions: true }),
        'src/flow.ts': flow('./lib/stamp.ts'),
      },
    ],
    [
      'a bundler that resolves folders',
      {
        'tsconfig.json': tsconfig({ module: 'esnext', moduleResolution: 'bundler' }),
        'src/flow.ts': flow('./lib'),
        'src/lib/index.ts': `export * from './stamp';\n`,
      },
    ],
  ];
  for (const [name, files] of layouts) {
    it(`are found by ${name}`, async () => {
      const hazard = 'made/lib/stamp.ts' in files ? 'made/lib/stamp.ts' : 'src/lib/stamp.ts';
      const all = { [hazard]: stamp, ...files };
      assert.deepEqual(await at(all), [`${hazard}:1 no-date-now`]);
    });
  }
});
