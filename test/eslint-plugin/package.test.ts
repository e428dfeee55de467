import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import longhaul from 'eslint-plugin-longhaul';
import { root } from './lint-project.js';

/** Runs a script in a process of its own that refuses to load what `refused` matches, and returns what it prints. */
function without(refused: RegExp, script: string): string {
  const guard = `const { Module } = require('node:module'); const resolve = Module._resolveFilename; Module._resolveFilename = function (name, ...rest) { if (${String(refused)}.test(name)) throw Object.assign(new Error('refused ' + name), { code: 'MODULE_NOT_FOUND' }); return resolve.call(this, name, ...rest); };`;
  return execFileSync(process.execPath, ['-e', guard + script], { cwd: root, encoding: 'utf8' }).trim();
}

const lint = `const { Linter } = require('eslint'); const plugin = require('eslint-plugin-longhaul'); const text = "import { sleep } from '@temporalio/workflow'; export async function f() { await sleep(1); return Date.now(); }"; console.log(new Linter().verify(text, [plugin.configs.recommended]).map((m) => m.message).join());`;

describe('the package', () => {
  it('lints where no package of the SDK can be found', () => {
    assert.match(without(/^@temporalio\//, lint), /^Workflow 'f' reads the time/);
  });

  it('loads without TypeScript, and says what is missing when it lints', () => {
    assert.match(without(/^typescript$/, lint), /need the package typescript, which was not found: npm install/);
  });

  it('gives import and require the same plugin', () => {
    assert.equal(createRequire(__filename)('eslint-plugin-longhaul'), longhaul);
    const script = `import('eslint-plugin-longhaul').then((m) => console.log(Object.keys(m.default.rules).join()));`;
    assert.equal(
      execFileSync(process.execPath, ['-e', script], { cwd: root, encoding: 'utf8' }).trim(),
      Object.keys(longhaul.rules ?? {}).join(),
    );
  });

  it('has no dependency to install', () => {
    const manifest = JSON.parse(readFileSync(join(root, 'eslint-plugin/package.json'), 'utf8')) as Record<
      string,
      unknown
    >;
    assert.equal(manifest['dependencies'], undefined);
    assert.equal(longhaul.meta?.version, manifest['version']);
  });

  it('switches on each rule in all, and more with each tier', () => {
    const rules = Object.keys(longhaul.rules ?? {}).map((name) => `longhaul/${name}`);
    const { recommended, typed, all } = longhaul.configs;
    const [first = [], second = [], third = []] = [recommended, typed, all].map(({ rules: own }) =>
      Object.keys(own ?? {}),
    );
    assert.deepEqual(third, rules);
    assert.ok(first.every((rule) => second.includes(rule)) && second.every((rule) => third.includes(rule)));
    assert.ok(first.length < second.length);
  });

  it('lists each rule with its tier in the README', () => {
    const readme = readFileSync(join(root, 'eslint-plugin/README.md'), 'utf8');
    for (const rule of Object.keys(longhaul.rules ?? {})) {
      const { recommended, typed } = longhaul.configs;
      const tier = [recommended, typed].find(({ rules }) => rules?.[`longhaul/${rule}`] !== undefined)?.name ?? 'all';
      const row = readme.split('\n').find((line) => line.startsWith(`| [${rule}](docs/rules/${rule}.md) `));
      assert.equal(row?.split('|')[2]?.trim(), tier.replace('longhaul/', ''), rule);
    }
  });
});
