import { watch } from 'node:fs';
import { access } from 'node:fs/promises';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Server } from '../testing';
import { DevWorker } from './dev-worker';
import type { Io, Status } from './io';
import { parse, parseNumber, UsageError } from './parse';

const usage = `Usage: longhaul dev --workflows FILE [options]

Runs a Temporal server with its Web UI, and a worker that restarts when a file beside the workflows or activities changes.

  --workflows FILE   the workflow file or folder
  --activities FILE  the module that exports the activities
  --task-queue Q     default: default
  --port N           of the server; default: a free one
  --ui-port N        of the Web UI; default: a free one
  --db FILE          keeps the server's state in this file; default: in memory
  --help             show this

Ctrl-C ends all of it, with status 0.`;

const options = {
  workflows: { type: 'string' },
  activities: { type: 'string' },
  'task-queue': { type: 'string', default: 'default' },
  port: { type: 'string' },
  'ui-port': { type: 'string' },
  db: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

export async function dev(argv: readonly string[], io: Io): Promise<Status> {
  const { values, positionals } = parse(argv, options);
  if (values.help) return (io.out(usage), 0);
  if (positionals.length > 0) throw new UsageError(`${JSON.stringify(positionals[0])} is not an option. See --help.`);
  const taskQueue = values['task-queue'];
  const workflowsPath = await existing(io, '--workflows', values.workflows);
  if (workflowsPath === undefined) throw new UsageError('--workflows FILE is missing. See --help.');
  const activitiesPath = await existing(io, '--activities', values.activities);
  const execArgv = loaderFor(io, activitiesPath);
  const port = parseNumber('--port', values.port, 1, 65_535);
  const uiPort = parseNumber('--ui-port', values['ui-port'], 1, 65_535);

  const { startServer, ServerUnavailableError } = await import('../testing/index.js');
  let server: Server;
  try {
    server = await startServer({
      ui: true,
      reuse: false,
      env: io.env,
      log: io.err,
      ...(port !== undefined && { port }),
      ...(uiPort !== undefined && { uiPort }),
      ...(values.db !== undefined && { dbFilename: resolve(io.cwd, values.db) }),
    });
  } catch (error) {
    if (!(error instanceof ServerUnavailableError)) throw error;
    return (io.err(`longhaul dev: ${error.message}`), 3);
  }
  io.out(`Server      ${server.address}, namespace ${server.namespace}`);
  io.out(`Web UI      ${server.uiUrl ?? 'not served'}`);
  io.out(`Task queue  ${taskQueue}`);

  const { address } = server;
  const worker = new DevWorker({
    workflowsPath,
    taskQueue,
    address,
    execArgv,
    report: io.err,
    ...(activitiesPath !== undefined && { activitiesPath }),
  });
  const watchers = watchFolders([workflowsPath, ...(activitiesPath === undefined ? [] : [activitiesPath])], () =>
    worker.restart(),
  );
  try {
    worker.restart();
    if (!io.signal.aborted) await once(io.signal, 'abort');
    io.err('Stopping.');
  } finally {
    watchers.forEach((watcher) => watcher.close());
    await worker.stop();
    await server.stop();
  }
  return 0;
}

async function existing(io: Io, option: string, file: string | undefined): Promise<string | undefined> {
  if (file === undefined) return undefined;
  const path = resolve(io.cwd, file);
  await access(path).catch(() => {
    throw new UsageError(`${option}: ${file} does not exist.`);
  });
  return path;
}

/** Workflows are bundled from TypeScript; activities run in plain Node, which needs a loader for it. */
function loaderFor(io: Io, activitiesPath: string | undefined): string[] {
  if (activitiesPath === undefined || !/\.[cm]?tsx?$/.test(activitiesPath)) return [];
  try {
    const loader = createRequire(join(io.cwd, 'package.json')).resolve('tsx');
    return ['--import', pathToFileURL(loader).href];
  } catch {
    throw new UsageError('--activities is TypeScript: npm install --save-dev tsx, or give the compiled .js file.');
  }
}

/** An editor writes a file in several steps, and a compiler many files: one call follows when they have been quiet. */
function watchFolders(files: readonly string[], changed: () => void, quietMs = 200): { close: () => void }[] {
  let timer: NodeJS.Timeout | undefined;
  return [...new Set(files.map((file) => dirname(file)))].map((folder) => {
    const watcher = watch(folder, { recursive: true }, (_event, name) => {
      if (name === null || !/\.(?:[cm]?[jt]sx?|json)$/.test(name) || /(?:^|[\\/])node_modules[\\/]/.test(name)) return;
      clearTimeout(timer);
      timer = setTimeout(changed, quietMs);
    });
    return {
      close: () => {
        clearTimeout(timer);
        watcher.close();
      },
    };
  });
}
