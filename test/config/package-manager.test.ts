import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { addCommand, packageManagerOf, runWords } from '../../config';
import { useFolder } from '../replay/support';
import { root } from '../cli/run';

describe('the package manager of a project', () => {
  const folder = useFolder();

  const cases: [what: string, files: Record<string, string>, adds: string][] = [
    ['nothing that tells', { 'package.json': '{}' }, 'npm install x'],
    ['a lock of npm', { 'package-lock.json': '' }, 'npm install x'],
    ['a lock of pnpm', { 'pnpm-lock.yaml': '' }, 'pnpm add x'],
    ['a lock of Yarn', { 'yarn.lock': '' }, 'yarn add x'],
    ['a lock of Bun', { 'bun.lock': '' }, 'bun add x'],
    ['an older lock of Bun', { 'bun.lockb': '' }, 'bun add x'],
    ['a name, which stands above a lock', { 'package.json': '{"packageManager": "pnpm@10.1.0"}', 'yarn.lock': '' }, 'pnpm add x'],
    ['a name for developers', { 'package.json': '{"devEngines":{"packageManager":{"version":"1","name":"bun"}}}' }, 'bun add x'],
    ['the root of a workspace of pnpm', { 'pnpm-workspace.yaml': "packages:\n  - 'a'\n" }, 'pnpm add -w x'],
    ['settings of pnpm alone', { 'pnpm-workspace.yaml': 'onlyBuiltDependencies: []\n' }, 'pnpm add x'],
    ['a package.json that is none', { 'package.json': '{', 'yarn.lock': '' }, 'yarn add x'],
    ['a lock above, in the repository', { '../yarn.lock': '', '../.git/HEAD': '' }, 'yarn add x'],
    ['a lock above the repository', { '../yarn.lock': '', '.git/HEAD': '' }, 'npm install x'],
    ['a name above a package without one', { '../package.json': '{"packageManager":"yarn@4.5.0"}', 'package.json': '{}' }, 'yarn add x'],
  ]; // prettier-ignore
  for (const [index, [what, files, adds]] of cases.entries()) {
    it(`is known by ${what}`, async () => {
      const at = join(folder.path, String(index), 'project');
      await mkdir(at, { recursive: true });
      for (const [name, text] of Object.entries(files)) {
        await mkdir(dirname(join(at, name)), { recursive: true });
        await writeFile(join(at, name), text);
      }
      assert.equal(addCommand(at, ['x']), adds);
      assert.equal(runWords[packageManagerOf(at)].split(' ')[0], adds === 'npm install x' ? 'npx' : adds.split(' ')[0]?.replace('bun', 'bunx')); // prettier-ignore
    });
  }

  it('is in each fix that a command prints', async () => {
    await writeFile(join(folder.path, 'package.json'), '{"packageManager":"pnpm@10.1.0"}');
    await writeFile(join(folder.path, 'longhaul.config.ts'), "import 'not-there/sub'; export default {};");
    await writeFile(join(folder.path, 'hook.ts'), "import '@/not-there';");
    const hide = `
      const { Module } = require('node:module');
      const resolve = Module._resolveFilename;
      Module._resolveFilename = function (name, ...rest) {
        if (!/^eslint-plugin-longhaul/.test(name)) return resolve.call(this, name, ...rest);
        throw Object.assign(new Error("Cannot find module '" + name + "'"), { code: 'MODULE_NOT_FOUND' });
      };
      const { main } = require(${JSON.stringify(join(root, 'dist/cli/main'))});
      const io = { out: console.log, err: console.log, cwd: process.cwd(), env: {}, tty: false, progress() {}, signal: AbortSignal.abort() };
      const many = async () => {
        for (const words of ['lint', 'review --config other.js --workflows flows.ts', 'watch', 'watch --hook hook.ts']) await main(words.split(' '), { ...io, signal: new AbortController().signal });
      };
      void many();`;
    await writeFile(join(folder.path, 'other.js'), 'module.exports = {};');
    await writeFile(join(folder.path, 'flows.ts'), 'export async function go(): Promise<void> {}');
    const { stdout, stderr } = spawnSync(process.execPath, ['-e', hide], { cwd: folder.path, encoding: 'utf8' });
    for (const wanted of [
      /^longhaul lint: .*: pnpm add -D eslint-plugin-longhaul eslint typescript typescript-eslint$/m,
      /lint: .* pnpm add -D eslint-plugin-longhaul/,
      /run: pnpm exec longhaul record --query/,
      /^longhaul watch: .* not-there\/sub is not there; pnpm add not-there\.$/m,
      /^longhaul watch: --hook: .* @\/not-there is not there; mend the path, or name it under paths in tsconfig\.json\.$/m,
    ]) {
      assert.match(stdout, wanted, stderr);
    }
    assert.doesNotMatch(stdout, /npm install|npx/);
  });

  it('is found by the linter, which stands alone, in the same way, as a mistyped name is', async () => {
    const twins = { 'config/package-manager.ts': 'package-manager.ts', 'cli/nearest-name.ts': 'cli/nearest-name.ts' };
    for (const [own, theirs] of Object.entries(twins)) {
      const text = await readFile(join(root, own), 'utf8');
      assert.equal(await readFile(join(root, 'eslint-plugin', theirs), 'utf8'), text, theirs);
    }
  });
});
