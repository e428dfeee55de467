import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { useFolder } from '../replay/support';
import { longhaul, root } from './run';
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
    assert.equal(err, 'longhaul: there is no command "relpay". See longhaul --help.\n');
    assert.equal(out, '');
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
