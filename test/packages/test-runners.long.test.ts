import assert from 'node:assert/strict';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packAll } from '../../scripts/release/pack';
import { readManifest, repositoryRoot } from '../../scripts/support/manifest';
import { mustRun, runCommand } from '../../scripts/support/run-command';

const root = repositoryRoot();
const runners = {
  mocha: /5 passing/,
  node: /\bpass 5\b/,
  vitest: /Tests +5 passed \(5\)/,
  jest: /Tests: +5 passed, 5 total/,
};
const names = Object.keys(runners) as (keyof typeof runners)[];

describe('the examples of longhaul/testing and longhaul/replay', function () {
  this.timeout(240_000);
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'longhaul-runners-'));
    const tarballs = await packAll(root, join(folder, 'tarballs'));
    const dependencies: Record<string, string> = {};
    for (const name of names) {
      const example = join(root, 'examples', `testing-${name}`);
      await cp(example, join(folder, `testing-${name}`), { recursive: true });
      const manifest = readManifest(example);
      Object.assign(dependencies, manifest.dependencies, manifest.devDependencies);
    }
    const { overrides } = readManifest(root);
    for (const [name, version] of Object.entries(overrides ?? {})) {
      if (name in dependencies) dependencies[name] = String(version);
    }
    dependencies.longhaul = `file:${tarballs.find(({ manifest }) => manifest.name === 'longhaul')?.file ?? ''}`;
    await writeFile(join(folder, 'package.json'), JSON.stringify({ private: true, dependencies, overrides }));
    await mustRun('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'], {
      cwd: folder,
    });
  });

  after(() => rm(folder, { recursive: true, force: true }));

  it('compile, and pass on mocha, node:test, vitest and jest', async () => {
    const bin = join(folder, 'node_modules', '.bin');
    const env = { PATH: `${bin}:${process.env.PATH ?? ''}`, NO_COLOR: '1' };
    const results = await Promise.all(
      names.map(async (name) => {
        const cwd = join(folder, `testing-${name}`);
        const compiled = await runCommand(join(bin, 'tsc'), ['-p', '.'], { cwd });
        return { name, compiled, ran: await runCommand('npm', ['test'], { cwd, env }) };
      }),
    );
    for (const { name, compiled, ran } of results) {
      assert.equal(compiled.output, '', name);
      assert.equal(ran.status, 0, `${name}: ${ran.output}`);
      assert.match(ran.output, runners[name]);
    }
  });
});
