import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadConfig } from '../../config';
import { planInit } from '../../setup';
import type { InitReport } from '../../setup';
import { root, useProject } from './project-folder';

const workflows = `import { proxyActivities, defineSignal } from '@temporalio/workflow';
import type * as activities from './activities';
export const go = defineSignal('go');
const { ship } = proxyActivities<typeof activities>({ startToCloseTimeout: '1 minute' });
export async function order(id: string): Promise<string> {
  return \`\${await ship(id)} \${Intl.DateTimeFormat().format()}\`;
}
export const refund = async (id: string): Promise<string> => ship(id);
export { order as oldOrder };
`;
const activities = 'export async function ship(id: string): Promise<string> { return id; }\n';
const compilerOptions = { module: 'node16', strict: true, outDir: 'lib', skipLibCheck: true };

describe('init', () => {
  const project = useProject();

  const read = (file: string): Promise<string> => readFile(join(project.path, file), 'utf8');
  const changed = ({ changes }: InitReport): string[] => changes.map(({ file, kind }) => `${kind} ${file}`);

  async function writeAndRepeat(cwd = project.path): Promise<InitReport> {
    const { report, write } = await planInit({ cwd });
    assert.equal(report.written, false);
    assert.equal((await write()).written, report.changes.length > 0);
    const again = await planInit({ cwd });
    assert.deepEqual(changed(again.report), [], 'init changes nothing twice');
    return report;
  }

  function eslint(folder: string, ...args: string[]): string {
    const bin = join(root, 'node_modules/eslint/bin/eslint.js');
    return spawnSync(process.execPath, [bin, ...args], { cwd: folder, encoding: 'utf8' }).stdout;
  }

  it('sets up a CommonJS project, whose configuration and rules work at once', async () => {
    await project.link();
    const manifest =
      '{\n    "name": "orders",\n    "scripts": {\n        "build": "tsc"\n    },\n    "files": ["lib"]\n}\n';
    await project.write({
      'package.json': manifest,
      'tsconfig.json': { compilerOptions, include: ['src'] },
      'src/worker.ts': `import { Worker } from '@temporalio/worker';
import * as activities from './activities';
import { TASK_QUEUE } from './shared';
// { workflowsPath: 'not this one' }
export const run = async () => {
  const worker = await Worker.create({
    workflowsPath: require.resolve('./workflows'),
    activities,
    taskQueue: TASK_QUEUE,
  });
  await worker.run();
};
`,
      'src/shared.ts': "export const TASK_QUEUE = 'orders-queue';\n",
      'src/activities.ts': activities,
      'src/workflows.ts': `${workflows}export { fee } from './lib/fees';\nexport { rate } from './build/rates';\n`,
      // The compiler writes to lib, and these are no such folders.
      'src/build/rates.ts': 'export async function rate(): Promise<number> { return Math.random(); }\n',
      'src/lib/fees.ts': 'export async function fee(): Promise<number> { return Date.now(); }\n',
      'lib/workflows.js': 'export const x = Date.now();\n',
    });
    const { found, changes, next, ok } = await writeAndRepeat();
    assert.deepEqual(found, {
      worker: 'src/worker.ts:6',
      workflowsPath: 'src/workflows.ts',
      taskQueue: "'orders-queue'",
      activities: './activities',
      workflowTypes: ['order', 'refund', 'oldOrder', 'fee', 'rate'],
    });
    assert.equal(ok, true);
    assert.deepEqual(
      changes.map(({ file }) => file),
      [
        'longhaul.config.ts',
        'eslint.config.mjs',
        'package.json',
        '.github/workflows/longhaul.yml',
        'replay-histories/.gitkeep',
      ],
    );
    assert(next.some((step) => step.startsWith('npm install longhaul')));
    const config = await loadConfig({ cwd: project.path });
    assert.equal(config.workflowsPath, join(project.path, 'src/workflows.ts'));
    assert.equal(config.taskQueue, 'orders-queue');
    assert.equal(config.enforce, 'warn');
    const made = (await (config.activities as () => Promise<object>)()) as { ship: (id: string) => Promise<string> };
    assert.equal(await made.ship('o-1'), 'o-1');
    assert.equal(
      await read('package.json'),
      manifest.replace(
        '"tsc"\n',
        '"tsc",\n        "dev:workflows": "longhaul dev",\n        "lint:workflows": "longhaul lint",\n        "replay:workflows": "longhaul replay"\n',
      ),
    );
    const output = eslint(project.path);
    assert.match(output, /workflows\.ts[\s\S]*longhaul\/no-wall-clock-leak/);
    assert.match(output, /src\/build\/rates\.ts[\s\S]*longhaul\/no-math-random/);
    assert.match(output, /src\/lib\/fees\.ts[\s\S]*longhaul\/no-date-now/);
    assert.doesNotMatch(output, /Parsing error|lib\/workflows\.js/);
  });

  it('adds to the ESLint configuration of an ESM project, and leaves its rules', async () => {
    await project.link();
    const lint = `// ours
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

export default defineConfig([
  { files: ['**/*.ts'], languageOptions: { parser: tseslint.parser }, rules: { 'no-var': 'error' } } // the last
]);
`;
    await project.write({
      'package.json': { type: 'module', scripts: { 'lint:workflows': 'our own', ci: 'longhaul replay' } },
      'pnpm-lock.yaml': '',
      'tsconfig.json': { compilerOptions: { ...compilerOptions, module: 'nodenext' }, include: ['src/**/*'] },
      'eslint.config.js': lint,
      'src/worker.ts': `import { fileURLToPath } from 'node:url';
import { NativeConnection, Worker, type WorkerOptions } from '@temporalio/worker';
import { makeActivities } from './activities.js';
const options: WorkerOptions = {
  workflowsPath: fileURLToPath(new URL('./workflows.ts', import.meta.url)),
  activities: makeActivities({ a: [1, 2] }),
  taskQueue: process.env['QUEUE'] ?? 'esm',
};
await (await Worker.create(options)).run();
`,
      'src/activities.ts': 'export const makeActivities = (x: object) => ({ ship: async (id: string) => id });\n',
      'src/workflows.ts': `${workflows}\nvar x = 1;\n`,
    });
    const { found, notes, byHand, next, packageManager } = await writeAndRepeat();
    assert.equal(found.workflowsPath, 'src/workflows.ts');
    assert.equal(found.taskQueue, "process.env['QUEUE'] ?? 'esm'");
    assert.equal(found.activities, null);
    assert.equal(notes.length, 1);
    assert.match(notes[0] ?? '', /The activities of src\/worker\.ts:4 are made in the program/);
    assert.deepEqual(byHand, []);
    assert.equal(packageManager, 'pnpm');
    assert(next.includes('pnpm add longhaul @temporalio/client @temporalio/envconfig'), next.join('\n'));
    assert.match(await read('longhaul.config.ts'), /makeActivities\(\{ a: \[1, 2\] \}\)/);
    assert.equal((await loadConfig({ cwd: project.path })).taskQueue, 'esm');
    const { scripts } = JSON.parse(await read('package.json')) as { scripts: object };
    assert.deepEqual(scripts, { 'lint:workflows': 'our own', ci: 'longhaul replay', 'dev:workflows': 'longhaul dev' });
    const edited = await read('eslint.config.js');
    for (const line of lint.split('\n')) assert(edited.includes(line.replace(' // the last', '')), line);
    assert.match(edited, /the last\n {2}\{\n {2} {2}\.\.\.longhaul/);
    const output = eslint(project.path);
    assert.match(output, /no-var/);
    assert.match(output, /longhaul\/no-wall-clock-leak/);
    assert.match(
      await read('.github/workflows/longhaul.yml'),
      /pnpm install --frozen-lockfile[\s\S]*pnpm exec longhaul lint/,
    );
  });

  it('finds the package of a pnpm monorepo that runs the worker', async () => {
    await project.write({
      'pnpm-workspace.yaml': 'packages: ["packages/*"]',
      'package.json': { private: true, packageManager: 'pnpm@10.1.0' },
      'eslint.config.mjs': 'const own = [];\nexport default [...own];\n',
      'packages/lib/package.json': { name: '@acme/lib' },
      'packages/lib/index.ts': 'export const x = 1;\n',
      'packages/orders/package.json': '{"name":"@acme/orders"}',
      'packages/orders/tsconfig.json': { include: ['src/**/*.ts'] },
      'packages/orders/src/worker.ts':
        "import { Worker } from '@temporalio/worker';\nimport { all as activities } from './all';\n" +
        "Worker.create({ workflowsPath: `${__dirname}/flows`, activities, taskQueue: 'q' });\n",
      'packages/orders/src/flows/index.ts': "export * from './order';\n",
      'packages/orders/src/flows/order.ts': 'export async function order() {}\n',
      'packages/orders/src/all.ts': 'export const all = { ship() {} };\n',
    });
    const report = await writeAndRepeat();
    assert.equal(report.project, 'packages/orders');
    assert.deepEqual(report.found.workflowTypes, ['order']);
    assert.deepEqual(changed(report), [
      'create packages/orders/longhaul.config.ts',
      'edit eslint.config.mjs',
      'edit packages/orders/package.json',
      'create .github/workflows/longhaul-packages-orders.yml',
      'create packages/orders/replay-histories/.gitkeep',
    ]);
    assert.match(await read('eslint.config.mjs'), /files: \['packages\/orders\/src\/\*\*\/\*\.ts'\]/);
    assert.match(await read('.github/workflows/longhaul-packages-orders.yml'), /working-directory: packages\/orders/);
    assert.match(await read('packages/orders/longhaul.config.ts'), /\(await import\('\.\/src\/all'\)\)\.all/);
    await project.write({
      'packages/b/package.json': '{}',
      'packages/b/w.ts': "Worker.create({ workflowsPath: require.resolve('./f') })",
    });
    await assert.rejects(
      planInit({ cwd: project.path }),
      /Several packages here run workers \(packages\/b, packages\/orders\)/,
    );
  });

  it("leaves a CI workflow of its own name that is the user's, and finds the root of a workspace without git", async () => {
    await project.write({
      'package.json': '{"workspaces":["packages/*"]}',
      'yarn.lock': '',
      '.github/workflows/longhaul-packages-a.yml': 'name: mine\n',
      'packages/a/package.json': '{"name":"a"}',
      'packages/a/src/workflows.ts': workflows,
      'packages/a/src/worker.ts':
        "Worker.create({ workflowsPath: require.resolve('./workflows'), taskQueue: 'q', plugins: [new LonghaulPlugin()] });\n",
    });
    const report = await writeAndRepeat(join(project.path, 'packages/a'));
    assert.ok(
      changed(report).includes('create ../../.github/workflows/longhaul-packages-a-2.yml'),
      changed(report).join(),
    );
    assert.equal(await read('.github/workflows/longhaul-packages-a.yml'), 'name: mine\n');
    assert.equal(report.packageManager, 'yarn');
    assert.ok(report.next.includes('yarn longhaul doctor says what hinders the project here.'), report.next.join('\n'));
    assert.ok(!report.next.some((step) => step.includes('LonghaulPlugin')), 'which the worker has');
  });

  it('keeps its configuration out of the build of a NestJS project, and gives the lines for an old .eslintrc', async () => {
    await project.write({
      'package.json': { dependencies: { '@nestjs/core': '^11' } },
      'tsconfig.json': '{ "compilerOptions": { "outDir": "./dist", /* all */ "baseUrl": "./", }, }',
      '.eslintrc.js': 'module.exports = {};\n',
      '.gitlab-ci.yml': 'test: { script: [npm test] }\n',
      'src/worker.service.ts': `@Injectable() export class WorkerService {
  async onModuleInit() {
    this.worker = await Worker.create({
      workflowsPath: join(__dirname, 'temporal', 'workflows.js'),
      activities: { charge: (id) => this.payments.charge(id) },
      taskQueue: this.config.get('QUEUE'),
    });
  }
}
`,
      'src/temporal/workflows.ts': 'export async function charge() {}\n',
    });
    const { found, changes, byHand, notes, ok } = await writeAndRepeat();
    assert.equal(found.workflowsPath, 'src/temporal/workflows.ts');
    assert.equal(found.taskQueue, null);
    assert.equal(notes.filter((note) => /taskQueue|activities/.test(note)).length, 2);
    assert.equal(ok, false);
    assert.deepEqual(
      changes.map(({ file }) => file),
      ['longhaul.config.mjs', 'package.json', 'replay-histories/.gitkeep'],
    );
    assert.deepEqual(
      byHand.map(({ file }) => file),
      ['.eslintrc.js', '.gitlab-ci.yml'],
    );
    assert.match(await read('longhaul.config.mjs'), /createApplicationContext/);
    await project.link();
    const config = await loadConfig({ cwd: project.path });
    assert.equal(config.workflowsPath, join(project.path, 'src/temporal/workflows.ts'));
    assert.equal(await read('.eslintrc.js'), 'module.exports = {};\n');
  });

  const lists: [what: string, text: string, edited: boolean][] = [
    ['an empty list', 'export default [];\n', true],
    ['a list with a last comma', 'module.exports = [\n  {},\n];\n', true],
    ['arguments of tseslint.config', "import t from 'typescript-eslint';\nexport default t.config({}, {});\n", true],
    ['a list that is a constant', 'const all = [];\nexport default all;\n', false],
    ['a list that is made by a method', 'export default [{}].concat([]);\n', false],
    ['a call that is not known', 'export default withNuxt([{}]);\n', false],
  ];
  it('edits an ESLint configuration only where it knows its list', async () => {
    await project.link();
    await project.write({
      'package.json': '{}',
      'tsconfig.json': { include: ['src'] },
      'src/a.ts': 'export const a = 1;\n',
    });
    for (const [what, text, edited] of lists) {
      const file = text.startsWith('module') ? 'eslint.config.cjs' : 'eslint.config.mjs';
      await writeFile(join(project.path, file), text);
      const { report, write } = await planInit({ cwd: project.path });
      await write();
      const names = edited ? report.changes.map((change) => change.file) : report.byHand.map((one) => one.file);
      assert(names.includes(file), what);
      if (edited) {
        assert.match(eslint(project.path, '--print-config', 'src/a.ts'), /longhaul\/no-date-now/, what);
      } else assert.equal(await read(file), text, what);
      await rm(join(project.path, file));
    }
  });

  it('lets a project keep its ESLint 8, and gives the rules one of their own', async () => {
    await project.write({
      'package.json': { devDependencies: { eslint: '^8.57.1' } },
      '.eslintrc.js': 'module.exports = {};\n',
      'src/workflows.ts': workflows,
      'src/worker.ts': "Worker.create({ workflowsPath: require.resolve('./workflows'), taskQueue: 'q' });\n",
    });
    const { next, byHand } = await writeAndRepeat();
    const install =
      'npm install --prefix .longhaul/lint eslint-plugin-longhaul eslint@9 typescript@5 typescript-eslint@8';
    assert.ok(
      next.some((step) => step.startsWith(install)),
      next.join('\n'),
    );
    assert.ok(!next.some((step) => /npm install --save-dev/.test(step)));
    assert.deepEqual(
      byHand.map(({ file }) => file),
      ['.eslintrc.js'],
    );
    const ci = (await read('.github/workflows/longhaul.yml')).split('\n').map((line) => line.trim());
    const at = ci.indexOf('- run: npm ci');
    assert.deepEqual(ci.slice(at, at + 3), ['- run: npm ci', `- run: ${install}`, '- run: npx longhaul lint']);
  });

  it('gives the rules tools of their own beside a TypeScript that typescript-eslint does not take', async () => {
    await project.write({
      'package.json': '{"name":"x","devDependencies":{"typescript":"^7.0.2"}}',
      'src/workflows.ts': workflows,
      'src/worker.ts': "Worker.create({ workflowsPath: require.resolve('./workflows'), taskQueue: 'q' });\n",
    });
    const { next, notes, changes } = await writeAndRepeat();
    assert.ok(
      next.some((step) => /--prefix \.longhaul\/lint .* typescript@~6\.0 .* TypeScript 7;/.test(step)),
      next.join('\n'),
    );
    assert.ok(!next.some((step) => /npm install --save-dev/.test(step)));
    assert.match(notes.join('\n'), /The rules run by longhaul lint alone/);
    assert.ok(!changes.some(({ file }) => file === 'eslint.config.mjs'));
    await project.write({ '.longhaul/lint/node_modules/eslint-plugin-longhaul/package.json': '{}' });
    const { report } = await planInit({ cwd: project.path });
    assert.ok(!report.next.some((step) => step.includes('--prefix')), 'once it is there');
  });

  it('stays in the line of a package.json that is one line, and shows what it adds to it', async () => {
    const cases: [before: string, after: string, shown: string][] = [
      ['{"name":"x","private":true}\n', '{"name":"x","private":true,"scripts":{"dev:workflows":"longhaul dev","lint:workflows":"longhaul lint","replay:workflows":"longhaul replay"}}\n', '… ,"scripts":{"dev:workflows":"longhaul dev","lint:workflows":"longhaul lint","replay:workflows":"longhaul replay"} …'],
      ['{}', '{ "scripts": { "dev:workflows": "longhaul dev", "lint:workflows": "longhaul lint", "replay:workflows": "longhaul replay" } }', '… "scripts": { "dev:workflows": "longhaul dev", "lint:workflows": "longhaul lint", "replay:workflows": "longhaul replay" } …'],
      ['{\n  "scripts": { "build": "tsc", "replay:workflows": "x" },\n  "name": "x"\n}\n', '{\n  "scripts": { "build": "tsc", "replay:workflows": "x", "dev:workflows": "longhaul dev", "lint:workflows": "longhaul lint" },\n  "name": "x"\n}\n', '… , "dev:workflows": "longhaul dev", "lint:workflows": "longhaul lint" …'],
    ]; // prettier-ignore
    for (const [before, after, shown] of cases) {
      await writeFile(join(project.path, 'package.json'), before);
      const { report, write } = await planInit({ cwd: project.path });
      const added = report.changes.find(({ file }) => file === 'package.json')?.added;
      assert.deepEqual(
        added?.map(({ lines }) => lines),
        [[shown]],
      );
      await write();
      assert.equal(await read('package.json'), after);
    }
  });

  it('takes options that are put together of several objects for those of one worker', async () => {
    await project.write({
      'package.json': { dependencies: { '@nestjs/core': '^11' } },
      'scripts/bundle.ts': "bundleWorkflowCode({ workflowsPath: require.resolve('../src/workflows') });\n",
      'src/workflows.ts': workflows,
      'src/worker.providers.ts': `const how = production ? { workflowBundle: { codePath } } : { workflowsPath: require.resolve('./workflows') };
export const worker = () => Worker.create({ taskQueue: 'nest', ...how, activities });
`,
    });
    const { found } = (await planInit({ cwd: project.path })).report;
    assert.equal(found.worker, 'src/worker.providers.ts:2');
    assert.equal(found.workflowsPath, 'src/workflows.ts');
    assert.equal(found.taskQueue, "'nest'");
  });

  const spellings: [value: string, before?: string][] = [
    ["require.resolve('./workflows')"],
    ["require.resolve('../src/workflows/index.ts')"],
    ["import.meta.resolve('./workflows')"],
    ["join(__dirname, 'workflows')"],
    ["path.resolve(__dirname, './workflows', 'index')"],
    ['`${__dirname}/workflows`'],
    ['`${import.meta.dirname}/workflows/index.js`'],
    ["__dirname + '/workflows'"],
    ["new URL('./workflows/index.ts', import.meta.url).pathname"],
    ["fileURLToPath(new URL('./workflows/index.js', import.meta.url))"],
    ["'./src/workflows'"],
    ["path.join(process.cwd(), 'src', 'workflows')"],
    ['flows', "const flows = require.resolve('./workflows');"],
    [
      'fileURLToPath(flowsUrl)',
      'const flowsUrl = new URL(`./workflows/index${path.extname(import.meta.url)}`, import.meta.url);',
    ],
    ['FLOWS', "import { FLOWS } from './constants';"],
  ];
  it('reads workflowsPath in each of its spellings, and says where it can not', async () => {
    await project.write({
      'package.json': '{}',
      'src/workflows/index.ts': 'export async function order() {}\n',
      'src/constants.ts': "import { join } from 'path';\nexport const FLOWS = join(__dirname, 'workflows')\n",
    });
    const found = async (value: string, before = ''): Promise<InitReport> => {
      const field = value === 'workflowsPath' ? value : `workflowsPath: ${value}`;
      await project.write({
        'src/worker.ts': `${before}\nconst pattern = /['"{]/;\nWorker.create({ ...shared, ${field} });\n`,
      });
      return (await planInit({ cwd: project.path })).report;
    };
    for (const [value, before] of spellings) {
      assert.equal((await found(value, before)).found.workflowsPath, 'src/workflows/index.ts', value);
    }
    const shorthand = await found('workflowsPath', "const workflowsPath = require.resolve('./workflows')\n");
    assert.equal(shorthand.found.workflowsPath, 'src/workflows/index.ts');
    for (const value of ["join(base, 'workflows')", "require.resolve('./nowhere')", 'options.path']) {
      const report = await found(value);
      assert.equal(report.found.workflowsPath, null, value);
      assert(
        report.notes.some((note) => /^workflowsPath of src\/worker\.ts:3 can't be read/.test(note)),
        value,
      );
    }
  });

  it('reads sources in lib/, and not what is compiled there', async () => {
    const worker = "Worker.create({ taskQueue: 'q', activities: {} });\n";
    await project.write({ 'package.json': '{}', 'tsconfig.json': '{}', 'lib/worker.js': worker });
    assert.equal((await planInit({ cwd: project.path })).report.found.worker, null);
    await project.write({ 'lib/worker.ts': worker });
    assert.equal((await planInit({ cwd: project.path })).report.found.worker, 'lib/worker.ts:1');
    await rm(join(project.path, 'lib/worker.ts'));
    await rm(join(project.path, 'tsconfig.json'));
    assert.equal((await planInit({ cwd: project.path })).report.found.worker, 'lib/worker.js:1');
  });

  it('imports TypeScript activities into a configuration that is no TypeScript, and is strict only without workflows', async () => {
    await project.link();
    await project.write({
      'package.json': '{}',
      'tsconfig.json': '{}',
      'src/worker.ts': "import * as all from './activities';\nWorker.create({ taskQueue: 'q', activities: all });\n",
      'src/activities.ts': activities,
    });
    await writeAndRepeat();
    const config = await loadConfig({ cwd: project.path });
    assert.deepEqual(Object.keys(config.activities ?? {}), ['ship']);
    assert.equal(config.enforce, 'error');
    assert.match(config.file ?? '', /\.mjs$/);
    await rm(config.file ?? '');
    await project.write({ 'src/elsewhere.ts': workflows });
    const { changes } = (await planInit({ cwd: project.path })).report;
    assert(changes[0]?.added[0]?.lines.includes("  enforce: 'warn',"));
  });

  it('says what it did not find, and writes a configuration that loads all the same', async () => {
    await project.write({ 'package.json': '{ "name": "x" }' });
    const { found, notes } = await writeAndRepeat();
    assert.deepEqual(found, {
      worker: null,
      workflowsPath: null,
      taskQueue: null,
      activities: null,
      workflowTypes: [],
    });
    assert.match(notes[0] ?? '', /No Worker\.create or workflowsPath was found/);
    await project.link();
    assert.deepEqual((await loadConfig({ cwd: project.path })).catalog, {});
  });

  it('writes nothing where a file has changed since it was shown', async () => {
    await project.write({ 'package.json': '{}' });
    const { write } = await planInit({ cwd: project.path });
    await project.write({ 'package.json': '{ "name": "x" }' });
    await assert.rejects(write(), /package\.json has changed meanwhile/);
    assert.deepEqual((await readdir(project.path)).sort(), ['.git', 'package.json']);
  });

  it('refuses a folder without a project, and a package.json that is none', async () => {
    await project.write({ 'a/package.json': '{' });
    await assert.rejects(planInit({ cwd: join(project.path, 'a') }), /^SetupError: package\.json is no JSON/);
    await assert.rejects(planInit({ cwd: project.path }), /^SetupError: There is no package\.json/);
  });
});
