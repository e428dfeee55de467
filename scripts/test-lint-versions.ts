import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { copySources, root } from './patched-tree';
import { readManifest } from './support/manifest';
import { mustRun, runCommand } from './support/run-command';
import { runScript } from './support/run-script';
import { ScriptError } from './support/script-error';

const usage = `Usage: npm run test:lint-versions [-- ESLINT:TYPESCRIPT... [-- MOCHA_OPTION...]]

Runs the linter's tests, as they are built, in a copy of the repository with other versions of ESLint and TypeScript
(default: 9:5.4, the oldest that the peer range takes, and 10:6).`;

/** The tests that lint: those of pages and of the SDK's sandbox say nothing more about versions. */
const suites = [
  'fixtures',
  'workspaces',
  'roots',
  'one-file',
  'messages',
  'ignores',
  'effects',
  'fixes',
  'cli',
  'cli-adoption.long',
  'edits.long',
];

async function testLintVersions(argv: readonly string[]): Promise<number> {
  const at = argv.indexOf('--');
  const own = at < 0 ? [...argv] : argv.slice(0, at);
  const { values, positionals } = parseArgs({
    args: own,
    allowPositionals: true,
    options: { help: { type: 'boolean' } },
  });
  if (values.help) {
    console.log(usage);
    return 0;
  }
  const pairs = positionals.length > 0 ? positionals : ['9:5.4', '10:6'];
  const wrong = pairs.find((pair) => !/^\d+(\.\d+){0,2}:\d+(\.\d+){0,2}$/.test(pair));
  if (wrong !== undefined) {
    throw new ScriptError(`test:lint-versions: '${wrong}' is no pair of versions, such as 9:5.4. See --help.`);
  }
  const lines: string[] = [];
  for (const pair of pairs) lines.push(await testPair(pair, at < 0 ? [] : argv.slice(at + 1)));
  console.log(lines.join('\n'));
  return lines.every((line) => line.endsWith('passes')) ? 0 : 1;
}

async function testPair(pair: string, mochaArgs: readonly string[]): Promise<string> {
  const [eslint = '', typescript = ''] = pair.split(':');
  const copy = await mkdtemp(join(tmpdir(), 'longhaul-lint-versions-'));
  try {
    await copySources(copy);
    // What users get is compiled by one version and run with another.
    for (const folder of ['dist', 'eslint-plugin/dist'])
      await cp(join(root, folder), join(copy, folder), { recursive: true });
    const quiet = ['--no-audit', '--no-fund', '--loglevel=error', '--prefer-offline'];
    const wanted = [`eslint@${eslint}`, `typescript@${typescript}`];
    await mustRun('npm', ['install', '--save-dev', '--save-exact', ...quiet, ...wanted], { cwd: copy });
    const version = (name: string): string => readManifest(join(copy, 'node_modules', name)).version;
    const names = `ESLint ${version('eslint')}, TypeScript ${version('typescript')}`;
    console.log(names);
    const files = suites.map((name) => `dist/test/eslint-plugin/${name}.test.js`);
    const mocha = [join('node_modules', 'mocha', 'bin', 'mocha.js'), '--no-config', '--enable-source-maps'];
    const args = [...mocha, '--timeout', '120000', '--exit', ...files, ...mochaArgs];
    const { status } = await runCommand(process.execPath, args, { cwd: copy, output: 'show' });
    return `${names}: ${status === 0 ? 'passes' : 'fails'}`;
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
}

runScript(testLintVersions);
