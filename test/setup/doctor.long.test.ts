import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cp, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
import type { Connected } from '../../config';
import { bundleOnce, startServer } from '../../testing';
import type { Server } from '../../testing';
import { ensureSearchAttributes } from '../../testing/search-attributes';
import type { SearchAttributeTypes } from '../../testing/search-attributes';
import { doctor } from '../../setup';
import type { CheckName, DoctorCheck, DoctorOptions, DoctorReport } from '../../setup';
import { thisHost } from '../../setup/doctor/host';
import { ServerChecks } from '../../setup/doctor/server-checks';
import { inRange } from '../../setup/doctor/semver';
import { bin, longhaul } from '../cli/run';
import { assertSchema } from '../cli/schema';
import { root, useProject } from './project-folder';

const of = ({ checks }: Pick<DoctorReport, 'checks'>, name: CheckName): DoctorCheck[] =>
  checks.filter(({ check }) => check === name);

/** The one finding of a check, held to what it is about. */
function assertFound(
  report: DoctorReport,
  name: CheckName,
  status: DoctorCheck['status'],
  message: RegExp,
  fix: RegExp,
): void {
  const found = of(report, name).find((check) => check.status === status && message.test(check.message));
  assert(found, JSON.stringify(of(report, name)));
  assert.match(found.fix ?? '', fix);
}

function assertSilent(report: DoctorReport, ...names: CheckName[]): void {
  for (const name of names)
    assert.deepEqual(
      of(report, name).map(({ status, message }) => (status === 'ok' ? status : message)),
      ['ok'],
      name,
    );
}

describe('doctor', () => {
  const project = useProject();
  const examine = (options: DoctorOptions = {}): Promise<DoctorReport> =>
    doctor({ cwd: project.path, server: false, ...options });
  const dependencies = { '@temporalio/worker': '*', '@temporalio/workflow': '*', '@temporalio/client': '*' };
  const from = (name: string): string => join(root, 'node_modules', name);
  const to = (name: string): string => join(project.path, 'node_modules', name);

  it('has nothing to say of a healthy machine and its packages', async () => {
    await project.write({ 'package.json': { dependencies, engines: { node: '>=20' } } });
    await project.link();
    const report = await examine();
    assert.equal(report.ok, true);
    assertSilent(report, 'node', 'libc', 'package-manager', 'sdk-versions', 'sdk-copies', 'native-core');
    assert.equal(of(report, 'server')[0]?.status, 'skipped');
  });

  it('finds a Node that is too old, one that the project does not want, a C library and a processor', async () => {
    await project.write({ 'package.json': { engines: { node: '>=99 || ^18' } } });
    assertFound(await examine(), 'node', 'problem', /package\.json asks for >=99 \|\| \^18/, /Run with a Node/);
    const host = thisHost();
    assertFound(
      await examine({ host: { ...host, node: 'v20.18.3' } }),
      'node',
      'problem',
      /20\.18\.3 is older/,
      /20\.19/,
    );
    assertFound(
      await examine({ host: { ...host, platform: 'linux', glibc: undefined } }),
      'libc',
      'problem',
      /musl/,
      /bookworm-slim/,
    );
    assertFound(
      await examine({ host: { ...host, arch: 'riscv64' } }),
      'libc',
      'problem',
      /not built for \w+ on riscv64/,
      /x64/,
    );
  });

  it('finds packages of different versions, and second copies', async () => {
    await project.write({ 'package.json': { dependencies: { ...dependencies, '@temporalio/common': '*' } } });
    await project.link(['@temporalio/client']);
    await cp(from('@temporalio/client'), to('@temporalio/client'), { recursive: true });
    await cp(
      from('@temporalio/common/package.json'),
      to('@temporalio/client/node_modules/@temporalio/common/package.json'),
    );
    const older = async (path: string): Promise<void> =>
      writeFile(path, (await readFile(path, 'utf8')).replace(/"version": "[^"]+"/, '"version": "1.21.0"'));
    await older(to('@temporalio/client/package.json'));
    await older(to('@temporalio/client/node_modules/@temporalio/common/package.json'));
    const report = await examine();
    assert.equal(report.ok, false);
    assertFound(
      report,
      'sdk-versions',
      'problem',
      /different versions: .*1\.21\.0 \(client, common\)/,
      /Set all @temporalio\/\* .* to one version, such as 1\.2[2-9]/,
    );
    assertFound(report, 'sdk-copies', 'problem', /@temporalio\/common is here 2 times/, /npm ls @temporalio\/common/);
    await rm(to('@temporalio/client'), { recursive: true });
    await symlink(from('@temporalio/client'), to('@temporalio/client'));
    assertSilent(await examine(), 'sdk-versions', 'sdk-copies');
  });

  it('finds packages that are not installed, and those of an SDK that is too old', async () => {
    await project.write({ 'package.json': { dependencies } });
    const bare = await examine();
    assertFound(bare, 'package-manager', 'warning', /no node_modules, here or above/, /Install the dependencies/);
    assertFound(
      bare,
      'sdk-versions',
      'problem',
      /None of Temporal's packages is installed/,
      /Install the dependencies/,
    );
    for (const name of ['sdk-copies', 'protobufjs', 'native-core', 'sandbox'] as const)
      assert.ok(['ok', 'skipped'].includes(of(bare, name)[0]?.status ?? ''), name);
    await project.write({ 'node_modules/@temporalio/client/package.json': { version: '1.19.4' } });
    const old = await examine();
    assertFound(old, 'sdk-versions', 'problem', /are 1\.19\.4, and longhaul supports >=1\.20/, /Update all/);
    assertSilent(old, 'package-manager');
    await project.write({ 'node_modules/@temporalio/client/package.json': { version: '1.20.0' } });
    assertSilent(await examine(), 'sdk-versions');
  });

  it('finds what of protobufjs makes the SDK throw, and is silent where there is one copy', async () => {
    await project.write({ 'package.json': { dependencies: { '@temporalio/common': '*' } } });
    const modules = ['@temporalio/common', '@temporalio/proto'];
    await mkdir(to('@temporalio'), { recursive: true });
    for (const name of modules)
      await cp(from(name), to(name), { recursive: true, filter: (path) => !path.includes(`${name}/node_modules`) });
    for (const name of ['long', 'ms', 'nexus-rpc', 'proto3-json-serializer', '@protobufjs']) {
      await symlink(from(name), to(name)).catch(() => undefined);
    }
    await cp(from('@temporalio/proto/node_modules/protobufjs'), to('protobufjs'), { recursive: true });
    await rm(to('proto3-json-serializer'), { force: true });
    assertSilent(await examine(), 'protobufjs');
    await cp(to('protobufjs'), to('@temporalio/proto/node_modules/protobufjs'), { recursive: true });
    assertFound(await examine(), 'protobufjs', 'warning', /must be a Type/, /protobufjs@\^8/);
  });

  it('finds a native core that can not be loaded', async () => {
    await project.link(['@temporalio/core-bridge', '@temporalio/worker']);
    await project.write({
      'package.json': { dependencies: { '@temporalio/worker': '*' } },
      'node_modules/@temporalio/worker/package.json': '{}',
    });
    assertFound(await examine(), 'native-core', 'problem', /core-bridge is not installed/, /anew/);
    await cp(from('@temporalio/core-bridge'), to('@temporalio/core-bridge'), {
      recursive: true,
      filter: (path) => !path.includes('releases'),
    });
    assertFound(await examine(), 'native-core', 'problem', /No prebuilt module found/, /this very platform/);
    const musl = { ...thisHost(), platform: 'linux', glibc: undefined } as const;
    assertFound(await examine({ host: musl }), 'native-core', 'problem', /No prebuilt module/, /see libc above/);
  });

  it("finds the clock of a Node that has Temporal, and Yarn's Plug'n'Play", async () => {
    await project.write({ 'package.json': { dependencies } });
    await project.link();
    assertSilent(await examine(), 'sandbox');
    await project.write({ '.pnp.cjs': '' });
    const { stdout, status } = spawnSync(
      process.execPath,
      ['--harmony-temporal', bin, 'doctor', '--offline', '--json'],
      { cwd: project.path, encoding: 'utf8' },
    );
    assert.equal(status, 1);
    const report = JSON.parse(stdout) as DoctorReport;
    assertFound(report, 'sandbox', 'warning', /Temporal\.Now/, /no-wall-clock-leak/);
    assertFound(report, 'package-manager', 'problem', /Plug'n'Play/, /nodeLinker: node-modules/);
  });

  it('finds a configuration and workflows that can not be used', async () => {
    await project.link();
    await project.write({
      'package.json': '{}',
      'wrong/longhaul.config.ts': 'export default { taskQeue: 1 };',
    });
    assertFound(await examine({ cwd: join(project.path, 'wrong') }), 'configuration', 'problem', /taskQeue/, /Mend/);
    await project.write({
      'longhaul.config.ts': "export default { workflowsPath: './flows.ts' };",
      'flows.ts': "import 'node:fs';",
    });
    assertFound(await examine(), 'workflows', 'problem', /flows\.ts can't be bundled: it imports node:fs/, /Mend/);
    await project.write({ 'flows.ts': 'export const x = 1;' });
    assertFound(await examine(), 'workflows', 'problem', /exports no function/, /Export/);
    await project.write({
      'flows.ts':
        "import { defineSignal } from '@temporalio/workflow'; export const s = defineSignal('s'); export async function order() {}",
    });
    const report = await examine();
    assertSilent(report, 'configuration', 'workflows');
    assert.match(of(report, 'workflows')[0]?.message ?? '', /exports order$/);
    await project.write({ 'flows.ts': 'export default async function any(): Promise<void> {}' });
    const takesAny = await examine();
    assertSilent(takesAny, 'workflows');
    assert.match(of(takesAny, 'workflows')[0]?.message ?? '', /exports a default export$/);
    await project.write({ 'bare/longhaul.config.ts': "export default { taskQueue: 'orders' };" });
    const bare = await examine({ cwd: join(project.path, 'bare') });
    assert.match(of(bare, 'workflows')[0]?.message ?? '', /^The configuration names no workflow file\.$/);
    await rm(join(project.path, 'longhaul.config.ts'));
    assertFound(await examine(), 'configuration', 'warning', /no longhaul\.config\.ts/, /longhaul init/);
  });

  describe('with a server', () => {
    let server: Server;
    let connection: Connection;
    before(async () => {
      server = await startServer({ reuse: false, log: () => undefined });
      connection = await Connection.connect({ address: server.address });
    });
    after(async () => {
      await connection.close();
      await server.stop();
    });

    const doctorJson = async (...args: string[]): Promise<{ report: DoctorReport; status: number | null }> => {
      const { out, err, status } = await longhaul(['doctor', '--json', ...args], project.path, {
        TEMPORAL_ADDRESS: server.address,
      });
      assert.equal(err, '');
      await assertSchema('doctor', out);
      return { report: JSON.parse(out) as DoctorReport, status };
    };

    it('finds what nobody works on, types that no worker knows and attributes that are missing, until they are mended', async () => {
      await project.link();
      await project.write({
        'package.json': { dependencies },
        'longhaul.config.ts': `export default {
          workflowsPath: './flows.ts', taskQueue: 'doctor', activities: { ship() {} },
          catalog: { order: { expectedMaxDuration: '1 day' } },
        };`,
        'flows.ts':
          "import { sleep } from '@temporalio/workflow';\nexport async function order() { await sleep('1 day'); }\n",
      });
      const quiet = await doctorJson();
      assertFound(
        quiet.report,
        'task-queues',
        'warning',
        /No worker polls task queue doctor of the configuration/,
        /longhaul worker/,
      );
      assert.equal(quiet.report.server?.address, server.address);
      assert.match(quiet.report.server.version, /^\d+\.\d+/);

      const client = new Client({ connection });
      const typed = await client.workflow.start('orderWorkflow', { workflowId: 'typo', taskQueue: 'doctor' });
      const alone = await client.workflow.start('order', { workflowId: 'alone', taskQueue: 'nobody' });
      const listed = async (wanted: number): Promise<void> => {
        for (let tries = 0; tries < 200; tries += 1) {
          if ((await client.workflow.count("ExecutionStatus = 'Running'")).count === wanted) return;
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
        assert.fail(`not ${wanted} workflows run`);
      };
      await listed(2);
      const { report, status } = await doctorJson();
      assert.equal(status, 1);
      assertFound(
        report,
        'workflow-types',
        'problem',
        /orderWorkflow runs on task queue doctor \(1, such as typo\), .* export only order/,
        /Export a function named orderWorkflow, or have the client start order/,
      );
      assertFound(
        report,
        'task-queues',
        'problem',
        /No worker polls task queue doctor, on which 1 workflow runs/,
        /Start a worker/,
      );
      assertFound(report, 'task-queues', 'problem', /No worker polls task queue nobody/, /Start a worker/);
      assertFound(
        report,
        'search-attributes',
        'problem',
        /lacks ExpectedMaxDurationHours, TeamOwner, LonghaulDeadline/,
        /^temporal operator search-attribute create .*tcld/,
      );

      await typed.terminate();
      await alone.terminate();
      await client.workflow.start('order', { workflowId: 'right', taskQueue: 'doctor' });
      await listed(1);
      const fix = of(report, 'search-attributes')[0]?.fix ?? '';
      const named = [...fix.matchAll(/--name (\w+) --type (\w+)/g)].map(([, name = '', type = '']) => [name, type]);
      const searchAttributes = Object.fromEntries(named) as SearchAttributeTypes;
      await ensureSearchAttributes({ address: server.address, namespace: 'default', searchAttributes });
      const { startWorkerCommand } = await import('../../testing/start-worker-process.js');
      const worker = await startWorkerCommand([bin, 'worker', '--local', server.address], {
        cwd: project.path,
        taskQueue: 'doctor',
      });
      await worker.ready;
      const mended = await doctorJson();
      await worker.kill('SIGKILL');
      assertSilent(
        mended.report,
        'server',
        'search-attributes',
        'task-queues',
        'workflow-types',
        'workflows',
        'configuration',
      );
      assert.equal(mended.status, 0);
    });

    it('finds activities that nobody takes although their worker takes workflows, and takes any type where it does', async () => {
      await project.link();
      const flows = 'export default async function any(): Promise<void> { await new Promise(() => undefined); }';
      await project.write({
        'package.json': { dependencies },
        'longhaul.config.ts': `export default {
          workflowsPath: './flows.ts', taskQueue: 'half', activities: { ship() {} },
        };`,
        'flows.ts': flows,
        'flows.js': flows.replace('export default', 'exports.default =').replace(': Promise<void>', ''),
      });
      const native = await NativeConnection.connect({ address: server.address });
      const client = new Client({ connection });
      const handle = await client.workflow.start('whatever', { workflowId: 'any', taskQueue: 'half' });
      const workflowBundle = await bundleOnce(join(project.path, 'flows.js'));
      const options = { connection: native, taskQueue: 'half', workflowBundle };
      const half = await Worker.create(options);
      await half.runUntil(async () => {
        while ((await handle.describe()).historyLength < 4) await new Promise((resolve) => setTimeout(resolve, 20));
        const { report, status } = await doctorJson();
        assertFound(
          report,
          'task-queues',
          'warning',
          /takes workflows, and nobody takes its activities/,
          /Worker\.create/,
        );
        assertSilent(report, 'workflow-types');
        assert.equal(status, 0);
      });
      const whole = await Worker.create({ ...options, activities: { ship: () => undefined } });
      await whole.runUntil(async () => {
        for (let tries = 0; ; tries += 1) {
          const { report } = await doctorJson();
          if (tries < 10 && of(report, 'task-queues')[0]?.status !== 'ok') continue;
          assertSilent(report, 'task-queues');
          return;
        }
      });
      await handle.terminate();
      await native.close();
    });

    it('finds a server that is too old for what longhaul leans on', () => {
      const checks = new ServerChecks(
        { connection, address: server.address, namespace: 'default' } as unknown as Connected,
        { folder: project.path, sources: [], histories: [] },
      );
      assert.match(checks.server('1.23.1').message, /is 1\.23\.1, older than what longhaul is used with \(1\.24\.0/);
      assert.equal(checks.server('1.23.1').status, 'warning');
      for (const version of ['1.24.0', '1.29.1', '']) assert.equal(checks.server(version).status, 'ok', version);
    });

    it('tells a namespace and a server that are not there, and ends with 3 where that is all', async () => {
      await project.write({ 'package.json': { dependencies } });
      await project.link();
      const lost = await doctorJson('--namespace', 'lost');
      assertFound(lost.report, 'server', 'problem', /lost/, /namespace/i);
      assert.equal(lost.status, 3);
      const nowhere = await doctorJson('--address', '127.0.0.1:1');
      assertFound(nowhere.report, 'server', 'problem', /no Temporal server answers at 127\.0\.0\.1:1/, /^Start one/);
      assert.equal(nowhere.status, 3);
      assert.equal((await longhaul(['doctor', '--offline'], project.path)).status, 0);
    });
  });

  it('ends with 2 and one line at wrong use', async () => {
    for (const [args, message] of [
      [['x'], /takes no argument "x"/],
      [['--config', 'none.ts'], /none\.ts does not exist/],
    ] as const) {
      const { status, err } = await longhaul(['doctor', ...args], project.path);
      assert.match(err, message);
      assert.match(err, /^longhaul doctor: [^\n]+\n$/);
      assert.equal(status, 2);
    }
  });

  it('ends with 2 and one line at a package.json that is no JSON, and takes one of an editor of Windows', async () => {
    await writeFile(join(project.path, 'package.json'), '{ "name": "x", }');
    const { status, err } = await longhaul(['doctor', '--offline'], project.path);
    assert.match(err, /^longhaul doctor: [^\n]*package\.json is no JSON: [^\n]+\n$/);
    assert.equal(status, 2);
    await writeFile(join(project.path, 'package.json'), '\uFEFF{ "name": "x" }');
    await longhaul(['doctor', '--offline'], project.path).then((ran) => assert.equal(ran.err, ''));
  });

  it('says which package is missing by which the server is asked', () => {
    const hide = `
      const { _resolveFilename: resolve } = require('node:module');
      require('node:module')._resolveFilename = function (name, ...rest) {
        if (name !== '@temporalio/envconfig') return resolve.call(this, name, ...rest);
        throw Object.assign(new Error("Cannot find module '" + name + "'"), { code: 'MODULE_NOT_FOUND' });
      };
      const { doctor } = require(${JSON.stringify(require.resolve('../../setup'))});
      doctor().then(({ checks }) => console.log(JSON.stringify(checks.find(({ check }) => check === 'server'))));`;
    const { stdout, stderr } = spawnSync(process.execPath, ['-e', hide], { encoding: 'utf8', cwd: project.path });
    assert.deepEqual(
      JSON.parse(stdout || 'null'),
      {
        check: 'server',
        status: 'problem',
        message: 'The server can not be asked: @temporalio/envconfig is not installed, by which commands connect.',
        fix: 'npm install @temporalio/envconfig, or doctor --offline.',
      },
      stderr,
    );
  });

  it('reads the ranges that engines are written in', () => {
    const cases: [version: string, range: string, met: boolean | undefined][] = [
      ['v20.20.2', '>=20.19', true],
      ['20.18.9', '>=20.19', false],
      ['22.1.0', '^20.19 || >=22', true],
      ['21.0.0', '^20.19 || >=22', false],
      ['20.5.0', '20.x', true],
      ['20.5.0', '>= 18 <20', false],
      ['20.5.0', '~20.4', false],
      ['20.5.0', '*', true],
      ['20.5.0', 'lts/iron', undefined],
    ];
    for (const [version, range, met] of cases) assert.equal(inRange(version, range), met, `${version} ${range}`);
  });
});
