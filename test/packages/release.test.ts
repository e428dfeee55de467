import assert from 'node:assert/strict';
import { join } from 'node:path';
import { checkContents } from '../../scripts/release/check-contents';
import { checkFiles } from '../../scripts/release/check-files';
import { checkLinks } from '../../scripts/release/check-links';
import { checkVersions } from '../../scripts/release/check-versions';
import type { Check } from '../../scripts/release/check';
import type { PackedFile, Tarball } from '../../scripts/release/pack';
import { readManifest, repositoryRoot } from '../../scripts/support/manifest';
import { runCommand } from '../../scripts/support/run-command';

const root = repositoryRoot();
const secrets = ['/home/someone'];

function tarball(files: Readonly<Record<string, string>>, version = '0.1.0'): Tarball {
  const packed = Object.entries(files).map(([path, text]): PackedFile => ({ path, text, size: text.length }));
  return { manifest: { ...readManifest(root), version }, folder: root, file: 'longhaul.tgz', files: packed };
}

const problems = (checks: readonly Check[]): string[] => checks.flatMap((check) => check.problems);

describe('the checks of a release', () => {
  const unwelcome = {
    'a test': 'dist/test/workflows/long-running.test.js',
    'a script': 'dist/scripts/release.js',
    "the compiler's cache": 'dist/.tsbuildinfo',
    'a history': 'replay-histories/manifest.json',
    'a settings file': '.npmrc',
    'a source': 'workflows/inbox.ts',
    'a compiled file without a source': 'dist/workflows/long-gone.js',
  };
  for (const [what, path] of Object.entries(unwelcome)) {
    it(`find ${what}`, () => assert.match(problems(checkFiles(tarball({ [path]: '' }))).join('\n'), new RegExp(path)));
  }

  it('find that an entry or the licence is missing', () => {
    const found = problems(checkFiles(tarball({ 'README.md': '' })));
    assert.ok(found.includes('LICENSE is missing'));
    assert.ok(found.includes('dist/workflows/index.d.ts is missing'));
    assert.ok(!found.includes('README.md is missing'));
  });

  const leaking = {
    'a path of this machine': { 'dist/a.js': 'const x = "/home/someone/x"' },
    'a registry': { 'dist/a.js': 'https://registry.example.com/x' },
    'an absolute source': { 'dist/a.js.map': '{"sources":["/build/a.ts"]}' },
    'a source root': { 'dist/a.js.map': '{"sources":["a.ts"],"sourceRoot":"file:///build"}' },
  };
  for (const [what, files] of Object.entries(leaking)) {
    it(`find ${what}`, () => assert.equal(problems(checkContents(tarball(files), { secrets })).length, 1));
  }

  it('take no other text for a leak', () => {
    const text = 'import "../home/someone/x"; "https://registry.npmjs.org/x"; "/home/someone-else"';
    assert.deepEqual(problems(checkContents(tarball({ 'dist/a.js': text }), { secrets })), []);
  });

  const dead = {
    'a page that is not packed': '[a](docs/gone.md)',
    'a folder': '[a](examples/inventory)',
    'a file beyond the package': '[a](../eslint-plugin/README.md)',
    'a definition': '[a][b]\n\n[b]: docs/gone.md',
    'a heading that is not there': '[a](docs/here.md#gone)',
    'a heading that is not on the page itself': '[a](#gone)',
  };
  for (const [what, text] of Object.entries(dead)) {
    it(`find a dead link to ${what}`, () =>
      assert.equal(checkLinks(tarball({ 'README.md': text, 'docs/here.md': '# Here' })).problems.length, 1));
  }

  it('let links pass that lead somewhere, and what is no link', () => {
    const text = [
      '[a](docs/here.md) [b](docs/here.md#a-part-again) [c](docs/here.md#a-part-again-1) [d](https://example.com/gone)',
      '`[e](gone.md)`\n\n```md\n[f](gone.md)\n```\n\n[g](#top-of-it)\n\n## `top` of it',
    ].join('\n');
    const here = '## A part, again\n\n## A part, again\n\n[back](../README.md)';
    assert.deepEqual(checkLinks(tarball({ 'README.md': text, 'docs/here.md': here })).problems, []);
  });

  it('find versions that differ and a changelog without an entry', () => {
    const changelog = { 'CHANGELOG.md': '# Changelog\n\n## [0.1.0] - Unreleased\n' };
    assert.deepEqual(problems(checkVersions([tarball(changelog), tarball(changelog)])), []);
    const found = problems(checkVersions([tarball(changelog), tarball(changelog, '0.2.0')]));
    assert.deepEqual(found, [
      'The versions differ: longhaul 0.1.0, longhaul 0.2.0',
      'CHANGELOG.md of longhaul has no entry "## [0.2.0]"',
    ]);
  });
});

describe('npm run release', () => {
  for (const args of [[], ['--nope'], ['extra'], ['--out']]) {
    it(`refuses ${JSON.stringify(args)} with one line and status 2`, async () => {
      const script = join(root, 'dist', 'scripts', 'release.js');
      const { status, stdout, output } = await runCommand(process.execPath, [script, ...args], { cwd: root });
      assert.equal(status, 2);
      assert.equal(stdout, '');
      assert.match(output, /^release: [^\n]+\n$/);
    });
  }
});
