import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { Client, Connection } from '@temporalio/client';
import { startServer } from '../testing';
import { packAll, type Tarball } from './release/pack';
import { type Consumer, consumers } from './test-consumers/consumers';
import { everyCommand } from './test-consumers/every-command';
import { repositoryRoot } from './support/manifest';
import { mustRun } from './support/run-command';
import { runScript } from './support/run-script';
import { ScriptError } from './support/script-error';

const usage = `Usage: npm run test:consumers [-- KIND...]

Installs the packed packages in projects of several kinds, and runs every command there on a Temporal server.

  KIND    ${consumers.map(({ name }) => name).join(', ')}; default: all
  --keep  leave the projects where they are, and say where
  --help  this text`;

const root = repositoryRoot();

async function testConsumers(argv: readonly string[]): Promise<number> {
  const { values, positionals } = parse(argv);
  if (values.help) {
    console.log(usage);
    return 0;
  }
  const wrong = positionals.find((name) => !consumers.some((one) => one.name === name));
  if (wrong !== undefined) throw new ScriptError(`test:consumers: there is no kind '${wrong}'. See --help.`);
  const chosen = consumers.filter(({ name }) => positionals.length === 0 || positionals.includes(name));

  const folder = await mkdtemp(join(tmpdir(), 'longhaul-consumers-'));
  let failed = 0;
  try {
    const tarballs = await packAll(root, join(folder, 'tarballs'));
    for (const consumer of chosen) {
      const problems = await inProject(consumer, join(folder, consumer.name), tarballs);
      console.log(`${problems.length > 0 ? 'FAIL' : 'ok  '}  ${consumer.what}`);
      for (const problem of problems) console.log(problem.replace(/^/gm, '        '));
      failed += problems.length > 0 ? 1 : 0;
    }
  } finally {
    if (values.keep) console.log(folder);
    else await rm(folder, { recursive: true, force: true });
  }
  console.log(`${chosen.length - failed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

async function inProject(consumer: Consumer, folder: string, tarballs: readonly Tarball[]): Promise<string[]> {
  const fixtures = join(root, 'test/packages/fixtures/consumers');
  await mkdir(folder, { recursive: true });
  for (const [from, to] of consumer.from) await cp(join(fixtures, from), join(folder, to), { recursive: true });
  for (const [name, content] of Object.entries(consumer.files(tarballs))) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content, undefined, 2));
  }
  if (consumer.name === 'nest') await dropEndings(join(folder, 'src'));
  await mustRun('git', ['init', '--quiet'], { cwd: folder });
  const [command, ...args] = consumer.install;
  await mustRun(command, args, { cwd: folder });
  const server = await startServer({ reuse: false, log: () => undefined });
  const connection = await Connection.connect({ address: server.address });
  try {
    const client = new Client({ connection });
    return await everyCommand({
      consumer,
      folder: join(folder, consumer.at),
      root: folder,
      address: server.address,
      client,
    });
  } finally {
    await connection.close();
    await server.stop();
  }
}

/** Imports as CommonJS projects write them, which Jest resolves by itself. */
async function dropEndings(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const text = await readFile(join(folder, name), 'utf8');
    await writeFile(join(folder, name), text.replace(/(from '\.[^']*)\.js'/g, "$1'"));
  }
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
      `test:consumers: ${error instanceof Error ? (error.message.split('. ')[0] ?? '') : ''}. See --help.`,
    );
  }
}

runScript(testConsumers);
