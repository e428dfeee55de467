import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import { startServer, useServer } from 'longhaul/testing';
import { LonghaulPlugin, runWorker } from 'longhaul/worker';
import type { RunWorkerOptions } from 'longhaul/worker';
import { counts, order, shop, stuck } from './drain/workflows';

describe('runWorker', () => {
  const server = useServer(require.resolve('./drain/workflows'), { plugins: [new LonghaulPlugin()] });
  let folder: string;
  let file: string;
  let codePath: string;
  const processes = new Set<ChildProcess>();

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'longhaul-drain-'));
    codePath = join(folder, 'workflows.js');
    await writeFile(codePath, (await server.bundle()).code);
  });
  beforeEach(async () => {
    file = join(folder, `${server.taskQueue}.txt`);
    await writeFile(file, '');
  });
  afterEach(() => {
    for (const each of processes) each.kill('SIGKILL');
    processes.clear();
  });
  after(() => rm(folder, { recursive: true }));

  const noted = async () => (await readFile(file, 'utf8')).split('\n').filter(Boolean);

  /** A worker process, and how its endpoints answer: the status, and what they say. */
  async function start(options: Partial<RunWorkerOptions> = {}, address = server.address) {
    const port = await freePort();
    const metricsPort = await freePort();
    const given = {
      taskQueue: server.taskQueue,
      workflowBundle: { codePath },
      health: { port, host: '127.0.0.1' },
      ...options,
    };
    const child = spawn(process.execPath, [require.resolve('./drain/program'), JSON.stringify(given)], {
      env: { ...process.env, TEMPORAL_ADDRESS: address, METRICS_PORT: String(metricsPort) },
      stdio: ['inherit', 'inherit', 'pipe'],
    });
    let output = '';
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
      process.stderr.write(chunk);
    });
    processes.add(child);
    const exited = once(child, 'exit').then(([code, signal]) => (code ?? signal) as number | string);
    const probe = async (path: 'livez' | 'readyz'): Promise<[number, Record<string, unknown>]> => {
      try {
        const answer = await fetch(`http://127.0.0.1:${port}/${path}`);
        return [answer.status, (await answer.json()) as Record<string, unknown>];
      } catch {
        return [0, {}];
      }
    };
    const until = async (status: number) => {
      await eventually(`/readyz answers ${status}`, async () => (await probe('readyz'))[0] === status);
    };
    const metrics = async () => await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
    return { child, exited, probe, until, metrics, output: () => output };
  }

  it('drains at SIGTERM: not ready, nothing lost, long activities handed over at once, status 0', async () => {
    const queue = await server.start(shop, [file]);
    const counting = await server.start(counts, [file, 60]);
    const send = async (from: number, to: number) => {
      for (let id = from; id <= to; id += 1) await queue.signal(order, { id, last: id === 60 });
    };
    // Before there is a worker: it finds a backlog.
    await send(1, 30);
    const first = await start();
    await first.until(200);
    assert.deepEqual(await first.probe('livez'), [200, { ok: true, state: 'RUNNING' }]);
    await eventually('both are at work', async () => {
      const lines = await noted();
      return ['packed', 'committed'].every((what) => lines.filter((line) => line.startsWith(what)).length > 5);
    });
    const firstMetrics = await first.metrics();
    // Something is in hand until readiness was seen to end.
    await writeFile(`${file}.hold`, '');
    await eventually('a short activity is held up', async () =>
      (await noted()).some((line) => line.startsWith('held')),
    );
    const askedAt = performance.now();
    first.child.kill('SIGTERM');
    const sending = send(31, 60);
    await first.until(503);
    assert.equal((await first.probe('readyz'))[1].draining, true);
    const second = await start();
    await rm(`${file}.hold`);
    assert.equal(await first.exited, 0);
    assert.ok(performance.now() - askedAt < 9_000, 'it did not wait for its grace time to run out');
    await sending;

    const packed = await queue.result();
    assert.deepEqual(
      packed.sort((a, b) => a - b),
      Array.from({ length: 60 }, (_, index) => index + 1),
    );
    const begins = await counting.result();
    const lines = await noted();
    assert.ok(
      lines.filter((line) => line.startsWith('packed')).every((line) => line.endsWith(' 1')),
      'none was done twice',
    );
    const committed = lines.filter((line) => /^committed \d+ 1$/.test(line)).map((line) => Number(line.split(' ')[1]));
    assert.equal(begins.length, 2);
    assert.equal(begins[1], Math.max(...committed));
    const metrics = `${firstMetrics}\n${await second.metrics()}`;
    for (const name of [
      'activity_commits',
      'activity_schedule_to_start',
      'activity_attempts',
      'inbox_depth',
      'rollovers',
    ]) {
      assert.match(metrics, new RegExp(`^longhaul_${name}`, 'm'));
    }
    // Over all runs: `shop` rolled over on the way.
    assert.match(metrics, /^longhaul_workflow_execution_time_bucket{[^}]*workflowType="shop"[^}]*le="60000"} 1$/m);
    second.child.kill('SIGINT');
    assert.equal(await second.exited, 0);
  });

  it('gives a worker up that does not drain in time, or that is asked twice, with status 1', async () => {
    await server.start(stuck, [file], { leaveOpen: 'its worker was given up' });
    const slow = await start({ shutdownGraceTime: 100, shutdownForceTime: '1 second' });
    await eventually('it is at work', async () => (await noted()).length === 1);
    slow.child.kill('SIGTERM');
    assert.equal(await slow.exited, 1);
    assert.match(slow.output(), /runWorker: the worker did not drain within shutdownForceTime: an activity went on/);

    await server.start(stuck, [file], { leaveOpen: 'its worker was given up' });
    const asked = await start();
    await eventually('it is at work', async () => (await noted()).length === 2);
    asked.child.kill('SIGTERM');
    await asked.until(503);
    assert.deepEqual((await asked.probe('livez'))[0], 200);
    asked.child.kill('SIGTERM');
    assert.equal(await asked.exited, 1);
  });

  it('refuses a misspelt option before it does anything', async () => {
    const options = { taskQueue: 'q', workflowPath: './workflows' } as RunWorkerOptions;
    await assert.rejects(
      runWorker(options),
      new TypeError("runWorker: 'workflowPath' is no option; use workflowsPath"),
    );
  });

  for (const workflowsPath of ['/nope.js', './not-there', '', new URL('file:///nope.js') as unknown as string]) {
    it(`says what to do about the workflowsPath ${JSON.stringify(workflowsPath)}`, () =>
      assert.rejects(runWorker({ taskQueue: 'q', workflowsPath }), (error: Error) => {
        assert.match(error.message, /^runWorker: workflowsPath is [^\n]+; use the path of the file that exports the/);
        return error instanceof TypeError;
      }));
  }

  it('is not ready while the server is away, and is again when it is back', async () => {
    const dbFilename = join(folder, 'server.db');
    const own = await startServer({ dbFilename });
    const port = Number(own.address.split(':')[1]);
    const worker = await start({}, own.address);
    let again: typeof own | undefined;
    try {
      await worker.until(200);
      process.kill(own.pid ?? 0, 'SIGKILL');
      await worker.until(503);
      const [status, { state, connected }] = await worker.probe('readyz');
      assert.deepEqual([status, state, connected], [503, 'RUNNING', false]);
      assert.equal((await worker.probe('livez'))[0], 200);
      again = await startServer({ dbFilename, port });
      await worker.until(200);
      worker.child.kill('SIGTERM');
      assert.equal(await worker.exited, 0);
    } finally {
      await own.stop();
      await again?.stop();
    }
  });

  for (const [missing, code, message] of [
    [
      '@temporalio/envconfig',
      "require('longhaul/worker').runWorker({ taskQueue: 'q' }).catch((error) => console.log(error.message))",
      /^runWorker: there is no connection\. Give it one, or install @temporalio\/envconfig, with which it reads TEMPORAL_ADDRESS/,
    ],
    ['@temporalio/worker', "console.log(new (require('longhaul/worker').LonghaulPlugin)().name)", /^longhaul$/m],
  ] as const) {
    it(`goes as far as it can without ${missing}`, async () => {
      const hide = `const { Module } = require('node:module'); const resolve = Module._resolveFilename;
        Module._resolveFilename = (name, ...rest) => {
          if (name === ${JSON.stringify(missing)}) throw Object.assign(new Error('Cannot find module'), { code: 'MODULE_NOT_FOUND' });
          return resolve(name, ...rest);
        };`;
      const { stdout } = await promisify(execFile)(process.execPath, ['-e', hide + code], { cwd: process.cwd() });
      assert.match(stdout, message);
    });
  }
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function eventually(what: string, look: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + 20_000;
  while (!(await look())) {
    if (Date.now() > end) assert.fail(`in 20 s it did not come about that ${what}`);
    await setTimeout(25);
  }
}
