import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigError } from '../config/config-error';
import { nativeCoreTrouble } from '../config/native-core';
import { missingPackage } from '../config/missing-package';
import { addCommand } from '../config/package-manager';
import { ServerError } from '../config/server-error';
import type { Command, Io, Status } from './io';
import { nearestName } from './nearest-name';
import { UsageError } from './parse';

// Each loads what it needs when it runs: the native core alone takes a third of a second.
const commands = new Map<string, { what: string; load: () => Promise<Command> }>([
  [
    'dev',
    {
      what: 'run a Temporal server and a worker that restarts on change',
      load: async () => (await import('./dev.js')).dev,
    },
  ],
  [
    'drill',
    {
      what: 'make a worker fail while an activity runs, and measure what that costs',
      load: async () => (await import('./drill.js')).drill,
    },
  ],
  ['doctor', { what: 'say what hinders the project here', load: async () => (await import('./doctor.js')).doctor }],
  ['init', { what: 'add longhaul to a Temporal project', load: async () => (await import('./init.js')).init }],
  [
    'inspect',
    {
      what: 'make a history readable: growth, waits, payloads, forecast',
      load: async () => (await import('./inspect.js')).inspect,
    },
  ],
  [
    'lint',
    { what: 'check workflow code with eslint-plugin-longhaul', load: async () => (await import('./lint.js')).lint },
  ],
  [
    'prune',
    {
      what: 'retire saved histories that show nothing which others do not',
      load: async () => (await import('./prune.js')).prune,
    },
  ],
  [
    'record',
    {
      what: 'save histories of a namespace, or of a scenario, for replay',
      load: async () => (await import('./record.js')).record,
    },
  ],
  [
    'replay',
    { what: 'replay saved histories against workflow code', load: async () => (await import('./replay.js')).replay },
  ],
  [
    'review',
    {
      what: 'may it go live? go, no-go or unknown for each workflow type and area',
      load: async () => (await import('./review.js')).review,
    },
  ],
  [
    'run',
    {
      what: 'operate one workflow: status, pause, resume, dead letters',
      load: async () => (await import('./run.js')).run,
    },
  ],
  [
    'watch',
    {
      what: 'find workflows that are overdue or stuck, once or all the time',
      load: async () => (await import('./watch.js')).watch,
    },
  ],
  [
    'worker',
    {
      what: 'run the worker of longhaul.config.ts, and drain it at SIGTERM',
      load: async () => (await import('./worker.js')).worker,
    },
  ],
]);

const usage = `Usage: longhaul <command> [options]

Commands:
${[...commands].map(([name, { what }]) => `  ${name.padEnd(8)} ${what}`).join('\n')}

Options:
  --help     show this; after a command, show the command's options
  --version  show the version

Exit status: 0 fine, 1 the check failed, 2 wrong use, 3 the environment failed.`;

/** The command line: finds the command and turns what it throws into one line and a status. */
export async function main(argv: readonly string[], io: Io): Promise<Status> {
  const [name, ...rest] = argv;
  if (name === '--help' || name === '-h' || name === 'help') return (io.out(usage), 0);
  if (name === '--version') return (io.out(await version()), 0);
  if (name === undefined) return (io.err(usage), 2);
  const command = commands.get(name);
  if (!command) {
    const near = nearestName(name, [...commands.keys()]);
    const hint = near === undefined ? '.' : `: did you mean ${near}?`;
    io.err(`longhaul: there is no command ${JSON.stringify(name)}${hint} See longhaul --help.`);
    return 2;
  }
  try {
    return await (
      await command.load()
    )(rest, io);
  } catch (error) {
    if (error instanceof UsageError || error instanceof ConfigError) {
      return (io.err(`longhaul ${name}: ${error.message}`), 2);
    }
    if (error instanceof ServerError) return (io.err(`longhaul ${name}: ${error.message}`), 3);
    if (io.signal.aborted) return (io.err(`longhaul ${name}: stopped.`), 3);
    const file = fileTrouble(error);
    if (file !== undefined) return (io.err(`longhaul ${name}: ${file}`), 3);
    const core = nativeCoreTrouble(error);
    if (core !== undefined) return (io.err(`longhaul ${name}: ${core}`), 3);
    const missing = missingPackage(error);
    if (missing === undefined) throw error;
    io.err(`longhaul ${name}: ${missing} is not installed: ${addCommand(io.cwd, [missing])}`);
    return 2;
  }
}

/** What the machine has against a file: no permission, a full disk. */
function fileTrouble(error: unknown): string | undefined {
  const { code = '', path, dest } = error as NodeJS.ErrnoException & { dest?: string };
  const why = troubles.get(code);
  return why === undefined || path === undefined ? undefined : `${dest ?? path}: ${why} (${code}).`;
}

const troubles = new Map([
  ['EACCES', 'there is no permission for it'],
  ['EPERM', 'there is no permission for it'],
  ['EROFS', 'its file system is read-only'],
  ['ENOSPC', 'the disk is full'],
  ['EDQUOT', 'the disk is full for this user'],
  ['ENOTDIR', 'a part of this path is no folder'],
  ['EISDIR', 'it is a folder'],
  ['ENAMETOOLONG', 'its name is too long'],
  ['EMFILE', 'too many files are open'],
]);

async function version(): Promise<string> {
  const text = await readFile(join(__dirname, '../../package.json'), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
