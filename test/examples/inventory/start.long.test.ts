import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const program = require.resolve('../../../examples/inventory/start');

interface Ended {
  status: number | null;
  out: string;
  err: string;
}

function start(...args: string[]) {
  return startWith({}, ...args);
}

function startWith(env: Readonly<Record<string, string>>, ...args: string[]) {
  const child = spawn(process.execPath, [program, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  const ended: Ended = { status: null, out: '', err: '' };
  child.stdout.on('data', (text: Buffer) => (ended.out += text.toString()));
  child.stderr.on('data', (text: Buffer) => (ended.err += text.toString()));
  const end = once(child, 'close').then(([status]): Ended => ({ ...ended, status: status as number | null }));
  return { child, ended, end };
}

describe('npm start', function () {
  this.timeout(180_000);
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'longhaul-start-'));
  });

  after(() => rm(folder, { recursive: true }));

  it('makes an inventory of a still tree under crashes that equals a plain walk', async () => {
    const root = join(folder, 'tree');
    await mkdir(join(root, 'many'), { recursive: true });
    for (let at = 0; at < 6_000; at += 1) await writeFile(join(root, 'many', `file-${at}`), `content ${at % 1_000}`);
    await writeFile(join(root, 'package.json'), '{ "name": "sample", "version": "1.2.3", "license": "MIT" }');
    await writeFile(join(root, 'empty'), '');
    await writeFile(join(root, 'two\nlines'), 'a name with a newline');
    await writeFile(Buffer.concat([Buffer.from(join(root, 'not-utf8-')), Buffer.from([0xff, 0xfe])]), 'latin');
    await symlink('.', join(root, 'loop'));
    await symlink('nowhere', join(root, 'dangling'));
    const { status, out, err } = await start(root).end;
    assert.equal(status, 0, out + err);
    assert.match(out, /6006 files the same, none missing, none twice/);
    assert.doesNotMatch(out, /^(changed|vanished|unreadable|WRONG)/m);
    assert.match(out, /Runs: \d+, of /);
    assert.match(out, /Crash 1, /);
  });

  it('ends with all that it started on Ctrl-C', async () => {
    const { child, end, ended } = start('node_modules');
    while (!/Web UI: http/.test(ended.out)) await once(child.stdout, 'data');
    const address = /dev server at (\S+)/.exec(ended.err)?.[1] ?? '';
    child.kill('SIGINT');
    assert.equal((await end).status, 130);
    await assert.rejects(fetch(`http://${address}`), 'the server is gone');
  });

  for (const [what, args, message] of [
    ['a missing folder', ['/no/such/folder'], /^inventory: .*\/no\/such\/folder.*\n$/],
    ['a file in its place', ['package.json'], /^inventory: .*package\.json is not a folder.*\n$/],
    ['an unknown flag', ['--nonsense'], /^inventory: Unknown option '--nonsense'.*\n$/],
    ['two folders', ['docs', 'test'], /^inventory: Give one folder; got 2: docs, test\n$/],
  ] as const) {
    it(`answers ${what} with one sentence and status 2`, async () => {
      const { status, err } = await start(...args).end;
      assert.equal(status, 2);
      assert.match(err, message);
    });
  }

  it('says what to do where there is no Temporal server, and ends with 3', async () => {
    const { status, err } = await startWith({ TEMPORAL_CLI_PATH: '/no/such/cli' }).end;
    assert.deepEqual([status, err], [3, 'inventory: TEMPORAL_CLI_PATH is /no/such/cli, which does not exist.\n']);
  });
});
