import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { startServer } from 'longhaul/testing';
import type { Server } from 'longhaul/testing';
import { useFolder } from '../replay/support';
import { bin, longhaul, root } from './run';

describe('longhaul worker', () => {
  const folder = useFolder();
  let server: Server;

  before(async () => {
    server = await startServer();
  });
  after(() => server.stop());
  beforeEach(() => symlink(join(root, 'node_modules'), join(folder.path, 'node_modules')));

  const config = (fields: string): Promise<void> =>
    writeFile(join(folder.path, 'longhaul.config.ts'), `export default { taskQueue: 'cli-worker', ${fields} };`);

  it('runs the worker of the configuration over the connection that the environment names, and drains it at SIGTERM', async () => {
    await writeFile(
      join(folder.path, 'flows.ts'),
      `import { proxyActivities } from '@temporalio/workflow';
      const { ship } = proxyActivities<{ ship(id: string): Promise<string> }>({ startToCloseTimeout: '1 minute' });
      export const order = (id: string): Promise<string> => ship(id);`,
    );
    await config(
      `workflowsPath: './flows', health: { port: 0 }, worker: { identity: 'configured' }, catalog: { order: { expectedMaxDuration: '1 day' } },
       activities: () => ({ activities: { ship: async (id: string): Promise<string> => id + ' shipped' }, close: () => console.log('closed') })`,
    );
    const child = spawn(process.execPath, [bin, 'worker', '--log-level', 'ERROR'], {
      cwd: folder.path,
      env: { ...process.env, TEMPORAL_ADDRESS: server.address },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => (output += chunk));
    await once(child.stdout, 'data');
    assert.equal(output, `Worker polls task queue cli-worker in namespace default at ${server.address}\n`);
    const connection = await Connection.connect({ address: server.address });
    const client = new Client({ connection });
    const handle = await client.workflow.start('order', {
      args: ['o-1'],
      workflowId: 'cli-worker',
      taskQueue: 'cli-worker',
    });
    assert.equal(await handle.result(), 'o-1 shipped');
    const { events } = await handle.fetchHistory();
    const started = events?.find((event) => event.activityTaskStartedEventAttributes);
    assert.equal(started?.activityTaskStartedEventAttributes?.identity, 'configured');
    await connection.close();
    child.kill('SIGTERM');
    assert.deepEqual(await once(child, 'close'), [0, null]);
    assert.match(output, /^closed$/m);
  });

  it('says in one sentence what an activity costs that does not end when it is told to', async () => {
    await writeFile(
      join(folder.path, 'flows.ts'),
      `import { proxyActivities } from '@temporalio/workflow';
      const { hang } = proxyActivities<{ hang(): Promise<void> }>({ startToCloseTimeout: '1 minute' });
      export const stuck = (): Promise<void> => hang();`,
    );
    await config(
      `workflowsPath: './flows', worker: { shutdownGraceTime: 1, shutdownForceTime: 100 },
       activities: { async hang() { console.log('hangs'); await new Promise((done) => setTimeout(done, 20_000)); } }`,
    );
    const child = spawn(process.execPath, [bin, 'worker', '--log-level', 'ERROR'], {
      cwd: folder.path,
      env: { ...process.env, TEMPORAL_ADDRESS: server.address },
    });
    let output = '';
    let errors = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => (output += chunk));
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => (errors += chunk));
    await once(child.stdout, 'data');
    const connection = await Connection.connect({ address: server.address });
    const client = new Client({ connection });
    const handle = await client.workflow.start('stuck', { workflowId: 'cli-stuck', taskQueue: 'cli-worker' });
    while (!output.includes('hangs')) await once(child.stdout, 'data');
    child.kill('SIGTERM');
    assert.deepEqual(await once(child, 'close'), [3, null]);
    await handle.terminate();
    await connection.close();
    const told = errors.split('\n').filter((line) => line.startsWith('longhaul'));
    assert.equal(told.length, 1, errors);
    assert.match(
      told[0] ?? '',
      /^longhaul worker: The worker did not drain within shutdownForceTime: an activity [^.]+\. What [^.]+ by itself\.$/,
    );
  });

  const nowhere = ['--address', '127.0.0.1:1'];
  const wrong: [what: string, fields: string, args: string[], status: number, message: RegExp][] = [
    ['no task queue', 'taskQueue: undefined', [], 2, /--task-queue Q is missing/],
    ['nothing to run', '', [], 2, /there is nothing to run/],
    ['a log level that is none', '', ['--log-level', 'loud'], 2, /--log-level is loud; use TRACE, DEBUG/],
    ['a stray argument', '', ['here'], 2, /"here" is not an option/],
    ['a configuration that is missing', '', ['--config', 'x.ts'], 2, /The configuration x\.ts does not exist/],
    ['activities that can not be made', 'activities() { throw new Error("no database"); }', nowhere, 2, /longhaul\.config\.ts: activities can't be made: no database/],
    ['activities that are none', 'activities: () => 5', nowhere, 2, /the function of activities gives number; return an object of functions/],
    ['a file of activities that is broken', '', ['--activities', 'longhaul.config.js'], 2, /--activities: longhaul\.config\.js does not exist/],
    ['no server', 'activities: { ship() {} }', nowhere, 3, /Could not connect to 127\.0\.0\.1:1: no Temporal server answers at 127\.0\.0\.1:1/],
    ['no namespace', 'activities: { ship() {} }', ['--namespace', 'none'], 3, /has no namespace none/],
    ['a worker option that is wrong', 'activities: { ship() {} }, worker: { shutdownGraceTime: "soon" }', [], 2, /shutdownGraceTime is 'soon'; use milliseconds/],
    ['a workflow file that is missing', 'workflowsPath: "./none"', [], 2, /The workflow file none does not exist/],
    ['a codec without its key', 'activities: { ship() {} }, dataConverter: { payloadCodecs() { throw new Error("KEY is not set"); } }', [], 2, /dataConverter\.payloadCodecs can't be made: KEY is not set/],
  ]; // prettier-ignore
  for (const [what, fields, args, status, message] of wrong) {
    it(`ends with ${status} and one line at ${what}`, async () => {
      await config(fields);
      const env = { TEMPORAL_ADDRESS: server.address };
      const ran = await longhaul(['worker', '--log-level', 'ERROR', ...args], folder.path, env);
      assert.equal(ran.status, status, ran.err);
      assert.match(ran.err, message);
      assert.match(ran.err, /^longhaul worker: [^\n]+\n$/);
      assert.equal(ran.out, '');
    });
  }
});
