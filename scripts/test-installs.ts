import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { json } from '../test/replay/support';
import { packAll, type Tarball } from './release/pack';
import { checkInstall } from './test-installs/check-install';
import { type Install, installs } from './test-installs/installs';
import { repositoryRoot } from './support/manifest';
import { mustRun } from './support/run-command';
import { runScript } from './support/run-script';
import { ScriptError } from './support/script-error';

const usage = `Usage: npm run test:installs [-- WAY...]

Installs the packed packages in a project as each package manager does it, and replays, lints and asks for the version there.

  WAY     ${installs.map(({ name }) => name).join(', ')}; default: all
  --keep  leave the projects where they are, and say where
  --help  this text`;

const root = repositoryRoot();

async function testInstalls(argv: readonly string[]): Promise<number> {
  const { values, positionals } = parse(argv);
  if (values.help) {
    console.log(usage);
    return 0;
  }
  const wrong = positionals.find((name) => !installs.some((install) => install.name === name));
  if (wrong !== undefined) throw new ScriptError(`test:installs: there is no way '${wrong}'. See --help.`);
  const chosen = installs.filter(({ name }) => positionals.length === 0 || positionals.includes(name));

  const folder = await mkdtemp(join(tmpdir(), 'longhaul-installs-'));
  let sound = true;
  try {
    const tarballs = await packAll(root, join(folder, 'tarballs'));
    for (const install of chosen) {
      const problems = await inProject(install, join(folder, install.name), tarballs);
      console.log(`${problems.length > 0 ? 'FAIL' : 'ok  '}  ${install.what}`);
      for (const problem of problems) console.log(problem.replace(/^/gm, '        '));
      sound &&= problems.length === 0;
    }
  } finally {
    if (values.keep) console.log(folder);
    else await rm(folder, { recursive: true, force: true });
  }
  return sound ? 0 : 1;
}

async function inProject(install: Install, folder: string, tarballs: readonly Tarball[]): Promise<string[]> {
  await mkdir(join(folder, 'src'), { recursive: true });
  await cp(join(root, 'test/packages/fixtures/installed'), folder, { recursive: true });
  await cp(join(root, 'test/replay/workflows/recorded.ts'), join(folder, 'src/workflows.ts'));
  await cp(join(root, 'test/replay/workflows/activity-added.ts'), join(folder, 'src/changed.ts'));
  await cp(join(root, 'test/replay/fixtures'), join(folder, 'replay-histories'), { recursive: true });
  await mkdir(join(folder, 'json'));
  await writeFile(join(folder, 'json/order.json'), JSON.stringify(await json()));
  await writeFile(join(folder, 'package.json'), JSON.stringify(install.manifest(tarballs), undefined, 2));
  for (const [file, text] of Object.entries(install.files)) await writeFile(join(folder, file), text);
  const [command, ...args] = install.command;
  await mustRun(command, args, { cwd: folder, env: install.env });
  return checkInstall(install, folder);
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { keep: { type: 'boolean' }, help: { type: 'boolean' } },
    });
  } catch (error) {
    throw new ScriptError(
      `test:installs: ${error instanceof Error ? (error.message.split('. ')[0] ?? '') : ''}. See --help.`,
    );
  }
}

runScript(testInstalls);
