import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { init } from '../../cli/init';
import { useProject } from '../setup/project-folder';
import { bin, longhaul } from './run';
import { assertSchema } from './schema';

describe('longhaul init', () => {
  const project = useProject();
  beforeEach(() => project.write({ 'package.json': '{ "name": "x" }' }));

  it('shows what it would add, writes it with --write, and then has nothing to add', async () => {
    const shown = await longhaul(['init'], project.path);
    assert.equal(shown.status, 0, shown.err);
    assert.match(shown.out, /^create longhaul\.config\.mjs/m);
    assert.match(shown.out, /^Nothing is written; longhaul init --write writes it\.$/m);
    assert.deepEqual((await readdir(project.path)).sort(), ['.git', 'package.json']);
    const written = await longhaul(['init', '--write'], project.path);
    assert.match(written.out, /^Written: longhaul\.config\.mjs, eslint\.config\.mjs, package\.json/m);
    assert.match((await longhaul(['init', '-y'], project.path)).out, /^Nothing to add\.$/m);
  });

  it('prints one JSON object that its schema describes', async () => {
    const { out } = await longhaul(['init', '--json'], project.path);
    await assertSchema('init', out);
    assert.equal((JSON.parse(out) as { written: boolean }).written, false);
  });

  for (const [answer, writes] of [
    ['y', true],
    ['', false],
  ] as const) {
    it(`${writes ? 'writes' : 'does not write'} at the answer ${JSON.stringify(answer)}`, async () => {
      const { signal } = new AbortController();
      const quiet = (): void => undefined;
      const io = { out: quiet, err: quiet, progress: quiet, cwd: project.path, env: {}, tty: true, signal };
      assert.equal(await init([], { ...io, ask: () => Promise.resolve(answer) }), 0);
      assert.equal(existsSync(join(project.path, 'longhaul.config.mjs')), writes);
    });
  }

  it('says nothing where its reader leaves early', () => {
    const { stderr } = spawnSync(`"${process.execPath}" "${bin}" init | head -1`, {
      cwd: project.path,
      shell: true,
      encoding: 'utf8',
    });
    assert.equal(stderr, '');
  });

  it('ends with 2 and one line at wrong use', async () => {
    const wrong: [args: string[], cwd: string, message: RegExp][] = [
      [['src'], project.path, /takes no argument "src"/],
      [['--wirte'], project.path, /Unknown option '--wirte'/],
      [[], '/', /There is no package\.json in \//],
    ];
    for (const [args, cwd, message] of wrong) {
      const { status, err } = await longhaul(['init', ...args], cwd);
      assert.match(err, message);
      assert.match(err, /^longhaul init: [^\n]+\n$/);
      assert.equal(status, 2);
    }
  });
});
