import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { copySources, root } from './patched-tree';
import { readManifest } from './support/manifest';
import type { Manifest } from './support/manifest';
import { mustRun } from './support/run-command';
import { runScript } from './support/run-script';
import { describeResult, runSuite } from './support/run-suite';
import { ScriptError } from './support/script-error';

const usage = `Usage: npm run test:sdk [-- VERSION [-- MOCHA_OPTION...]]

Builds a copy of the repository against another version of the Temporal SDK and runs its suite
(default: the latest patch of the lowest minor that the peer range takes).`;

async function testSdk(argv: readonly string[]): Promise<number> {
  const at = argv.indexOf('--');
  const { values, positionals } = parse(at < 0 ? [...argv] : argv.slice(0, at));
  if (values.help) {
    console.log(usage);
    return 0;
  }
  const manifest = readManifest(root);
  const version = positionals[0] ?? lowestMinor(manifest);
  if (positionals.length > 1 || !/^\d+(\.\d+){1,2}$/.test(version)) {
    throw new ScriptError(
      `test:sdk: '${positionals.join(' ')}' is no one version of the SDK, such as 1.20. See --help.`,
    );
  }
  const copy = await mkdtemp(join(tmpdir(), 'longhaul-sdk-'));
  try {
    await copySources(copy);
    const packages = Object.keys(manifest.devDependencies ?? {}).filter((name) => name.startsWith('@temporalio/'));
    const quiet = ['--no-audit', '--no-fund', '--loglevel=error', '--prefer-offline'];
    const wanted = packages.map((name) => `${name}@${version}`);
    // The SDK brings its own: another version of it would stand beside that, with types of its own.
    await mustRun('npm', ['pkg', 'delete', 'devDependencies.nexus-rpc'], { cwd: copy });
    await mustRun('npm', ['install', '--save-dev', '--save-exact', ...quiet, ...wanted], { cwd: copy });
    const exact = readManifest(join(copy, 'node_modules', '@temporalio', 'worker')).version;
    console.log(`@temporalio/* ${exact}`);
    await mustRun('npm', ['run', '--silent', 'build'], { cwd: copy });
    // The sources are written for this repository's SDK; that its types differ is no failure of another.
    const mochaArgs = ['--ignore=dist/test/lint.test.js', ...(at < 0 ? [] : argv.slice(at + 1))];
    const result = await runSuite({ root: copy, mochaArgs });
    console.log(`@temporalio/* ${exact}: builds; ${describeResult(result)}`);
    return result.ok ? 0 : 1;
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
}

/** `>=1.20.0 <2` → `1.20`. */
function lowestMinor({ peerDependencies = {} }: Manifest): string {
  const range = peerDependencies['@temporalio/workflow'] ?? '';
  const lowest = /^>=(\d+\.\d+)/.exec(range)?.[1];
  if (!lowest)
    throw new ScriptError(`test:sdk: the peer range '${range}' of @temporalio/workflow names no lowest version.`);
  return lowest;
}

function parse(args: string[]) {
  try {
    return parseArgs({ args, allowPositionals: true, options: { help: { type: 'boolean' } } });
  } catch (error) {
    throw new ScriptError(
      `test:sdk: ${error instanceof Error ? (error.message.split('. ')[0] ?? '') : ''}. See --help.`,
    );
  }
}

runScript(testSdk);
