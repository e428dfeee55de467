import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { useFolder } from '../replay/support';
import { bin, longhaul, root } from './run';
import { assertSchema } from './schema';

describe('longhaul', () => {
  it('shows its commands with --help', async () => {
    const { status, out, err } = await longhaul(['--help']);
    assert.equal(status, 0);
    for (const command of ['dev', 'lint', 'replay']) assert.match(out, new RegExp(`^ {2}${command} `, 'm'));
    assert.equal(err, '');
  });

  for (const command of ['dev', 'replay']) {
    it(`shows the options of ${command} with --help`, async () => {
      const { status, out } = await longhaul([command, '--help']);
      assert.equal(status, 0);
      assert.match(out, new RegExp(`^Usage: longhaul ${command} `));
    });
  }

  it('tells its version', async () => {
    const { status, out } = await longhaul(['--version']);
    assert.equal(status, 0);
    assert.match(out, /^\d+\.\d+\.\d+\S*\n$/);
  });

  it('ends with 2 and its usage where no command is given', async () => {
    const { status, err } = await longhaul([]);
    assert.equal(status, 2);
    assert.match(err, /^Usage: longhaul/);
  });

  it('ends with 2 and one line at an unknown command', async () => {
    const { status, out, err } = await longhaul(['relpay']);
    assert.equal(status, 2);
    assert.equal(err, 'longhaul: there is no command "relpay": did you mean replay? See longhaul --help.\n');
    assert.equal(out, '');
  });
});

describe('a command', () => {
  it('ends at once when it is asked to, however long a server does not answer', async () => {
    const silent = createServer(() => undefined).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const address = `127.0.0.1:${(silent.address() as AddressInfo).port}`;
    const stopped = async (words: string): Promise<[words: string, status: number | null, err: string]> => {
      const child = spawn(process.execPath, [bin, ...words.split(' '), '--address', address], {
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      let err = '';
      child.stderr.setEncoding('utf8').on('data', (chunk: string) => (err += chunk));
      await once(silent, 'connection');
      const asked = performance.now();
      child.kill('SIGINT');
      const [status] = (await once(child, 'close')) as [number | null];
      assert.ok(performance.now() - asked < 3_000, words);
      return [words, status, err];
    };
    try {
      for (const words of ['run order-1 status', 'watch', 'inspect order-1', 'doctor']) {
        assert.deepEqual(await stopped(words), [words, 3, `longhaul ${words.split(' ')[0] ?? ''}: stopped.\n`]);
      }
    } finally {
      silent.close();
    }
  });

  it('ends with 3 and one line where its output can not be written', function () {
    if (process.platform !== 'linux') this.skip();
    const { stderr, status } = spawnSync(`"${process.execPath}" "${bin}" --help > /dev/full`, {
      shell: true,
      encoding: 'utf8',
    });
    assert.equal(stderr, "longhaul: the output can't be written (ENOSPC).\n");
    assert.equal(status, 3);
  });
});

describe('longhaul lint', () => {
  const folder = useFolder();

  async function install(main: string): Promise<void> {
    const plugin = join(folder.path, 'node_modules/eslint-plugin-longhaul');
    await mkdir(plugin, { recursive: true });
    await writeFile(join(plugin, 'package.json'), JSON.stringify({ exports: { './cli': './cli.js' } }));
    await writeFile(join(plugin, 'cli.js'), `exports.main = ${main};`);
  }

  it("hands its arguments to the project's own linter, and returns its status", async () => {
    await install('async (argv, io) => { io.out(JSON.stringify({ argv, cwd: io.cwd })); return 1; }');
    const { status, out } = await longhaul(['lint', 'src', '--json'], folder.path);
    assert.equal(status, 1);
    assert.deepEqual((JSON.parse(out) as { argv: string[] }).argv, ['src', '--json']);
  });

  it('prints what its schema says', async () => {
    await mkdir(join(root, '.longhaul'), { recursive: true });
    const project = await mkdtemp(join(root, '.longhaul/lint-'));
    try {
      await writeFile(
        join(project, 'flows.ts'),
        "import { sleep } from '@temporalio/workflow';\nexport async function order() { await sleep(1); return new Date(2026, 1, 1).getTime(); }\n",
      );
      const { status, out } = await longhaul(['lint', '--json'], project);
      assert.equal(status, 1);
      await assertSchema('lint', out);
    } finally {
      await rm(project, { recursive: true });
    }
  });
});

describe('longhaul dev', () => {
  const wrong: [what: string, args: string[], message: RegExp][] = [
    ['no --workflows', [], /--workflows FILE is missing/],
    ['a workflow file that is missing', ['--workflows', 'nowhere.ts'], /nowhere\.ts does not exist/],
    ['a port that is none', ['--workflows', 'workflows/recorded.ts', '--port', 'x'], /--port takes a whole number/],
    ['a stray argument', ['workflows/recorded.ts'], /is not an option/],
  ];
  for (const [what, args, message] of wrong) {
    it(`ends with 2 and one line at ${what}`, async () => {
      const { status, err } = await longhaul(['dev', ...args]);
      assert.equal(status, 2);
      assert.match(err, message);
      assert.match(err, /^longhaul dev: [^\n]+\n$/);
    });
  }
});
