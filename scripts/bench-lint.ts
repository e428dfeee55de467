import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, realpath, rm, symlink } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { parse, parseNumber, UsageError } from '../cli/parse';
import { generate, generateLinked } from './bench-lint/generate';
import { modes, type Figures, type Mode } from './bench-lint/lint-process';
import { root } from './patched-tree';
import { markdownTable } from './support/markdown-table';
import { mustRun } from './support/run-command';
import { runScript } from './support/run-script';
import { ScriptError } from './support/script-error';

const usage = `Usage: npm run bench:lint -- [FOLDER or https://…git ...] [options]

Measures what the linter adds to typescript-eslint: on a generated project, on a generated package beside a linked one
that is not built, and on the folders or repositories named.

  --files N   of the generated project; 0 leaves it out; default: 2000
  --linked N  of either generated package; 0 leaves them out; default: 150
  --help      show this

Exit status: 0 done, 2 wrong use, 3 the environment failed.`;

async function main(argv: readonly string[]): Promise<number> {
  const { values, positionals } = parse(argv, {
    files: { type: 'string' },
    linked: { type: 'string' },
    help: { type: 'boolean', short: 'h' },
  });
  if (values.help) {
    console.log(usage);
    return 0;
  }
  const files = parseNumber('--files', values.files, 0, 100_000) ?? 2_000;
  const linked = parseNumber('--linked', values.linked, 0, 100_000) ?? 150;
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'longhaul-bench-lint-')));
  try {
    const projects = await Promise.all(positionals.map((given, i) => projectOf(given, join(folder, `given${i}`))));
    if (files > 0) {
      const generated = join(folder, 'generated');
      await mkdir(generated);
      await generate(generated, files);
      await symlink(join(root, 'node_modules'), join(generated, 'node_modules'));
      projects.unshift(generated);
    }
    const temporal = await installTemporal(join(folder, 'other'));
    for (const project of projects) console.log(`${await tableOf(project, modes, temporal)}\n`);
    if (linked > 0) {
      await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
      const app = await generateLinked(folder, linked);
      console.log(`${await tableOf(app, ['parser', 'typed'], undefined)}\n`);
    }
    return 0;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A folder as it is; a repository is fetched. */
async function projectOf(given: string, into: string): Promise<string> {
  if (!/^(https?|ssh|git):|^git@/.test(given)) {
    if (!existsSync(given)) throw new UsageError(`there is no folder '${given}'. See --help.`);
    return resolve(given);
  }
  await mustRun('git', ['clone', '--quiet', '--depth', '1', given, into], { cwd: root });
  return into;
}

/** The other plugin, installed for this run only; nothing where the registry can't be reached. */
async function installTemporal(folder: string): Promise<string | undefined> {
  await mkdir(folder);
  const quiet = ['--no-audit', '--no-fund', '--loglevel=error', '--prefer-offline', '--ignore-scripts'];
  try {
    await mustRun('npm', ['install', '--legacy-peer-deps', ...quiet, 'eslint-plugin-temporal@0.1.0'], { cwd: folder });
    // Its parts load ESLint and the compiler, which are those that are measured.
    for (const name of ['eslint', 'typescript']) {
      const own = join(folder, 'node_modules', name);
      if (!existsSync(own)) await symlink(join(root, 'node_modules', name), own);
    }
    return require.resolve('eslint-plugin-temporal', { paths: [folder] });
  } catch (error) {
    console.error(`bench:lint: without eslint-plugin-temporal: ${error instanceof Error ? error.message : ''}`);
    return undefined;
  }
}

async function tableOf(project: string, measured: readonly Mode[], temporal: string | undefined): Promise<string> {
  const rows: string[][] = [];
  const load = loadavg()[0] ?? 0;
  let files = 0;
  for (const mode of measured) {
    if (mode === 'temporal' && temporal === undefined) continue;
    console.error(`bench:lint: ${basename(project)}: ${mode}`);
    const figures = await run(project, mode, temporal);
    console.error(`bench:lint: ${basename(project)}: ${JSON.stringify(figures)}`);
    files = figures.files;
    rows.push([
      names[mode],
      figures.cpuSeconds.toFixed(1),
      figures.seconds.toFixed(1),
      figures.megabytes.toFixed(0),
      figures.editMilliseconds.toFixed(0),
      String(figures.reports),
    ]);
  }
  const head = [
    `${basename(project)}: ${files} files`,
    'CPU, s',
    'time, s',
    'memory alive, MiB',
    'after an edit, ms of CPU',
    'reports',
  ];
  return `${markdownTable(head, rows)}\n\nLoad of the machine before: ${load.toFixed(1)}.`;
}

const names: Readonly<Record<Mode, string>> = {
  parser: 'parser with types',
  recommendedTypeChecked: '`recommendedTypeChecked`',
  both: '`recommendedTypeChecked` and `typed`',
  recommended: '`recommended`',
  typed: '`typed`',
  temporal: '`eslint-plugin-temporal`, all its rules',
};

async function run(project: string, mode: Mode, temporal: string | undefined): Promise<Figures> {
  const script = join(__dirname, 'bench-lint/lint-process.js');
  const args = [
    '--expose-gc',
    '--max-old-space-size=8192',
    script,
    project,
    mode,
    ...(temporal === undefined ? [] : [temporal]),
  ];
  const { stdout } = await mustRun(process.execPath, args, { cwd: root });
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Figures;
}

runScript((argv) =>
  main(argv).catch((error: unknown) => {
    if (error instanceof UsageError) throw new ScriptError(`bench:lint: ${error.message}`);
    throw error;
  }),
);
