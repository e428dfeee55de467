import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { checkContents } from './release/check-contents';
import { checkFiles } from './release/check-files';
import { checkLinks } from './release/check-links';
import { checkTypes } from './release/check-types';
import { checkVersions } from './release/check-versions';
import { packAll } from './release/pack';
import { sizeTable } from './release/size-table';
import { repositoryRoot } from './support/manifest';
import { appendResult } from './support/results';
import { runScript } from './support/run-script';
import { ScriptError } from './support/script-error';

const usage = `Usage: npm run release -- --dry-run [--out FOLDER]

Packs both packages and checks what would be published.

  --dry-run      publish nothing
  --out FOLDER   where the tarballs go (default: .longhaul/tarballs)
  --help         this text`;

async function release(argv: readonly string[]): Promise<number> {
  const options = parse(argv);
  if (options.help) {
    console.log(usage);
    return 0;
  }
  if (!options['dry-run']) {
    throw new ScriptError(
      'release: publishing is done by hand: run it with --dry-run, log in to npm, then npm publish each tarball in .longhaul/tarballs.',
    );
  }
  const root = repositoryRoot();
  const tarballs = await packAll(root, options.out ?? join(root, '.longhaul', 'tarballs'));
  const checks = checkVersions(tarballs);
  for (const tarball of tarballs) {
    checks.push(...checkFiles(tarball), ...checkContents(tarball), checkLinks(tarball));
    checks.push(...(await checkTypes(tarball, root)));
  }
  for (const { name, problems } of checks) {
    console.log(`${problems.length ? 'FAIL' : 'ok  '}  ${name}`);
    for (const problem of problems) console.log(problem.replace(/^/gm, '        '));
  }
  const failed = checks.filter(({ problems }) => problems.length).length;
  appendResult({ part: 'release', passed: checks.length - failed, failed });
  console.log(`\n${sizeTable(tarballs)}\n`);
  for (const { file } of tarballs) console.log(relative(process.cwd(), file));
  console.log(failed ? `${failed} of ${checks.length} checks failed.` : `All ${checks.length} checks passed.`);
  return failed ? 1 : 0;
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: { 'dry-run': { type: 'boolean' }, out: { type: 'string' }, help: { type: 'boolean' } },
    }).values;
  } catch (error) {
    throw new ScriptError(
      `release: ${error instanceof Error ? (error.message.split('. ')[0] ?? '') : String(error)}. See --help.`,
    );
  }
}

runScript(release);
