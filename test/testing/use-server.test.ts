import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { dirname, join } from 'node:path';

import { useServer } from '../../testing';
import type { Hook } from '../../testing';

import * as activities from './activities';
import { chain, finish, greeting, waits } from './workflows';

const workflowsPath = require.resolve('./workflows');

describe('useServer', () => {
  const server = useServer(workflowsPath, { activities });
  const taskQueues = new Set<string>();

  for (const number of [1, 2]) {
    it(`gives each test a task queue of its own (${number})`, () => {
      assert(server.taskQueue.startsWith(`gives-each-test-a-task-queue-of-its-own-${number}-`));
      assert(!taskQueues.has(server.taskQueue));
      taskQueues.add(server.taskQueue);
    });
  }

  it('runs a workflow with activities on an in-process worker', () =>
    server.run(greeting, ['you'], async (handle) => assert.equal(await handle.result(), 'Hello, you')));

  it('works on several workflows in one test', () =>
    server.work(async () => {
      const [first, second] = await Promise.all([server.start(waits, []), server.start(waits, [])]);
      await Promise.all([first.signal(finish), second.signal(finish)]);
      await Promise.all([first.result(), second.result()]);
    }));

  it('bundles the same workflows once', async () => assert.equal(await server.bundle(), await server.bundle()));

  it('has no clock to move on a dev server', () => {
    assert.throws(() => server.time, /has a clock to move/);
  });
});

describe('useServer, used by tests that end badly', () => {
  interface Outcome {
    title: string;
    err: { name?: string; message?: string; stack?: string };
  }
  let outcomes: Map<string, Outcome>;

  before(async () => {
    const mocha = join(dirname(require.resolve('mocha/package.json')), 'bin', 'mocha.js');
    const specs = join(__dirname, 'specs', 'endings.js');
    const args = [mocha, '--no-config', '--timeout', '60000', '--reporter', 'json', specs];
    const output = await new Promise<string>((resolve) => {
      execFile(process.execPath, args, { maxBuffer: 1 << 26 }, (_failing, stdout) => resolve(stdout));
    });
    const { tests } = JSON.parse(output.slice(output.indexOf('{\n'))) as { tests: Outcome[] };
    outcomes = new Map(tests.map((test) => [test.title, test]));
  });

  const messageOf = (title: string): string => {
    const { err } = outcomes.get(title) ?? assert.fail(`"${title}" did not run`);
    return err.message ?? '';
  };

  it('fails a test whose workflow does not replay', () => {
    assert.match(messageOf('fails with a workflow that does not replay'), /Workflow fickle fickle-.* does not replay/);
  });

  it('fails a test that leaves a workflow open', () => {
    assert.match(messageOf('fails with a workflow left open'), /ended with a workflow open: waits waits-/);
  });

  it('keeps the failure of a test that fails by itself', () => {
    assert.equal(messageOf('fails by itself, and ends what it left'), 'its own failure');
    assert.match(messageOf('fails by the clock, and ends what it left'), /^Timeout of 500ms exceeded/);
  });

  it('passes all others, those after a failure too', () => {
    const passing = [...outcomes.keys()].filter((title) => title.startsWith('passes'));
    assert.equal(passing.length, 4);
    for (const title of passing) assert.equal(messageOf(title), '', title);
  });
});

describe('useServer, apart from mocha', () => {
  it('needs hooks', () => {
    const { beforeEach: hidden } = globalThis;
    Object.assign(globalThis, { beforeEach: undefined });
    try {
      assert.throws(() => useServer(workflowsPath), /needs the global hooks of a test runner/);
    } finally {
      Object.assign(globalThis, { beforeEach: hidden });
    }
  });

  it('fails in afterEach where the runner does not show its tests', async () => {
    const hooks: Record<string, Parameters<Hook>[0]> = {};
    const hook =
      (name: string): Hook =>
      (run) =>
        void (hooks[name] = run);
    const server = useServer(workflowsPath, {
      activities,
      hooks: {
        before: hook('before'),
        after: hook('after'),
        beforeEach: hook('beforeEach'),
        afterEach: hook('afterEach'),
      },
    });
    assert.throws(() => server.client, /from the first test on/);
    await hooks.before?.call(undefined);
    try {
      await hooks.beforeEach?.call(undefined);
      await server.start(waits, []);
      await assert.rejects(hooks.afterEach?.call(undefined) ?? assert.fail(), { name: 'LeftOpenError' });
      await hooks.beforeEach?.call(undefined);
      await server.run(chain, [1], (handle) => handle.result());
      await hooks.afterEach?.call(undefined);
    } finally {
      await hooks.after?.call(undefined);
    }
  });
});
