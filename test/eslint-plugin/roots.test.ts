import assert from 'node:assert/strict';
import { lintProject } from './lint-project.js';

const flow = 'export async function order() { return Date.now(); }';
const worker = (path: string): string =>
  `import { Worker } from '@temporalio/worker';\nimport { fileURLToPath } from 'node:url';\nimport path from 'node:path';\nconst here = './flows';\nvoid Worker.create({ taskQueue: 'q', workflowsPath: ${path} });`;

describe('workflow modules', () => {
  const spellings = [
    `require.resolve('./flows')`,
    `require.resolve(here)`,
    `fileURLToPath(new URL('./flows.ts', import.meta.url))`,
    `fileURLToPath(new URL('./flows.js', import.meta.url))`,
    `new URL('./flows.ts', import.meta.url).pathname`,
    `fileURLToPath(import.meta.resolve('./flows.js'))`,
    `path.join(__dirname, 'flows')`,
    `path.resolve(__dirname, './flows.ts')`,
    `path.join(path.dirname(fileURLToPath(import.meta.url)), 'flows.ts')`,
    '`${__dirname}/flows`',
    `__dirname + '/flows.ts'`,
    `'./src/flows.ts'`,
    `process.env.BUILT ? path.resolve(__dirname, 'flows.bundle.js') : path.resolve(__dirname, './flows.ts')`,
    `here.startsWith('x') ? require.resolve('./flows') : require.resolve('./none')`,
    `process.env.FLOWS ?? path.join(__dirname, './flows')`,
    `process.env.FLOWS || require.resolve('./flows')`,
  ];
  for (const spelling of spellings) {
    it(`are found by workflowsPath: ${spelling}`, async () => {
      const { reports } = await lintProject({ 'src/flows.ts': flow, 'src/worker.ts': worker(spelling) });
      assert.deepEqual(
        reports.map(({ at }) => at),
        ['src/flows.ts:1 no-date-now'],
      );
    });
  }

  it('are found behind a barrel that workflowsPath names', async () => {
    const { reports } = await lintProject({
      'src/flows/index.ts': `export * from './order.js';`,
      'src/flows/order.ts': flow,
      'src/worker.ts': worker(`require.resolve('./flows')`),
    });
    assert.deepEqual(
      reports.map(({ at }) => at),
      ['src/flows/order.ts:1 no-date-now'],
    );
  });

  it('are those of the worker, whatever a test runs', async () => {
    const { reports } = await lintProject({
      'src/flows.ts': flow,
      'src/helper.ts': `import { sleep } from '@temporalio/workflow';\n${flow}\nexport { sleep };`,
      'src/worker.ts': worker(`require.resolve('./flows')`),
      'test/flows.test.ts': worker(`require.resolve('../dist/flows')`),
    });
    assert.deepEqual(
      reports.map(({ at }) => at),
      ['src/flows.ts:1 no-date-now'],
    );
  });

  it('are those of the settings alone, where there are any', async () => {
    const files = { 'src/flows.ts': flow, 'src/other.ts': flow, 'src/worker.ts': worker(`require.resolve('./flows')`) };
    for (const workflows of [['src/o*.ts'], ['./src/other.ts'], ['src/{other,none}.ts'], '**/other.ts']) {
      const { reports } = await lintProject(files, { settings: { workflows } });
      assert.deepEqual(
        reports.map(({ at }) => at),
        ['src/other.ts:1 no-date-now'],
      );
    }
  });

  it('are those of a longhaul.config.ts outside the project, with interceptors, converters and preloaded modules', async () => {
    const config = `export default { workflowsPath: './src/flows', bundlerOptions: { workflowInterceptorModules: [require.resolve('./src/around')], payloadConverterPath: require.resolve('./src/converter'), preloadModules: [require.resolve('./src/kept')], ignoreModules: ['fs'] } };`;
    const { reports } = await lintProject({
      'longhaul.config.ts': config,
      'tsconfig.json': JSON.stringify({
        compilerOptions: { module: 'node16', types: [], strict: true },
        include: ['src'],
      }),
      'src/flows.ts': `import fs from 'fs';\nimport { add } from './kept.js';\nexport async function order() { add(1); return [fs, Date.now()]; }`,
      'src/around.ts': 'export const interceptors = () => ({ inbound: [{ execute: () => Date.now() }] });',
      'src/converter.ts': 'export const payloadConverter = { toPayload: (value: Date) => value.getHours() };',
      'src/kept.ts': `const kept = new Map<number, number>();\nexport function add(n: number) {\n  const own = new Map();\n  own.set(n, n);\n  kept.set(n, n);\n  byOwner.set(own, n);\n}\nconst byOwner = new WeakMap<object, number>();`,
    });
    assert.deepEqual(
      reports.map(({ at }) => at).filter((at) => at.startsWith('src/')),
      [
        'src/around.ts:1 no-date-now',
        'src/converter.ts:1 no-host-time-zone',
        'src/flows.ts:3 no-date-now',
        'src/kept.ts:5 no-shared-state',
      ],
    );
  });

  it('are known by an import of the workflow package where no worker is in sight', async () => {
    const hazard = 'export async function run() { await x; return Date.now(); }';
    const { reports } = await lintProject({
      'src/named.ts': `import { sleep as x } from '@temporalio/workflow';\n${hazard}`,
      'src/space.ts': `import * as x from '@temporalio/workflow';\n${hazard}`,
      'src/types.ts': `import type * as x from '@temporalio/workflow';\nexport type X = typeof x;\nexport const run = async () => Date.now();`,
      'src/elided.ts': `import { WorkflowInfo } from '@temporalio/workflow';\nexport const run = async (info: WorkflowInfo) => [info, Date.now()];`,
      'src/starter.ts': `import { Client } from '@temporalio/client';\nimport { defineSignal as x } from '@temporalio/workflow';\nexport const c = Client;\n${hazard}`,
      'src/activities.ts': `import { ApplicationFailure } from '@temporalio/workflow';\nexport const act = async () => { if (Date.now()) throw new ApplicationFailure(); };`,
      'test/flow.ts': `import { sleep as x } from '@temporalio/workflow';\n${hazard}`,
    });
    assert.deepEqual(
      reports.map(({ at }) => at),
      ['src/named.ts:2 no-date-now', 'src/space.ts:2 no-date-now'],
    );
  });
});

describe('settings.longhaul.functions', () => {
  const files = {
    'src/flows.ts': `import { sleep } from '@temporalio/workflow';\nimport { id } from 'ids';\nimport { v4 } from 'uuid';\nimport { now } from './clock.js';\nexport async function order() { await sleep(1); return [\nid(),\nv4(),\nnow(),\n]; }`,
    'src/clock.ts': 'export const now = () => Date.now();',
  };

  it('adds to what is known of packages, takes from it, and names the own sanctioned helper', async () => {
    const functions = { 'ids#id': ['clock', 'random'], 'uuid#v4': 'pure', './src/clock.ts#now': 'pure' };
    const { reports } = await lintProject(files, { settings: { functions } });
    assert.deepEqual(
      reports.map(({ at }) => at),
      ['src/flows.ts:6 no-date-now', 'src/flows.ts:6 no-math-random'],
    );
  });

  it('is read leniently', async () => {
    const { reports } = await lintProject(files, {
      settings: { functions: { 'ids#id': 5, 'uuid#v4': ['nope'] }, workflows: [7] },
    });
    assert.deepEqual(
      reports.map(({ at }) => at),
      ['src/clock.ts:1 no-date-now'],
    );
  });
});
