import { watch } from 'node:fs';
import { once } from 'node:events';
import { basename, dirname, resolve, sep } from 'node:path';
import { loadConfig } from '../config';
import type { Server } from '../testing';
import { DevWorker } from './dev-worker';
import { existing } from './existing';
import type { Io, Status } from './io';
import { parse, parseNumber, UsageError } from './parse';

const usage = `Usage: longhaul dev [options]

Runs a Temporal server with its Web UI, and a worker that restarts when a file changes: of the
configuration, or beside the workflows or activities.

  --config FILE      default: longhaul.config.ts, here or in a folder above
  --workflows FILE   the workflow file or folder; default: the configuration's
  --activities FILE  the module that exports the activities; default: the configuration's
  --task-queue Q     default: the configuration's, or else default
  --port N           of the server; default: a free one
  --ui-port N        of the Web UI; default: a free one
  --db FILE          keeps the server's state in this file; default: in memory
  --help             show this

Ctrl-C ends all of it, with status 0.`;

const options = {
  workflows: { type: 'string' },
  activities: { type: 'string' },
  config: { type: 'string' },
  'task-queue': { type: 'string' },
  port: { type: 'string' },
  'ui-port': { type: 'string' },
  db: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

export async function dev(argv: readonly string[], io: Io): Promise<Status> {
  const { values, positionals } = parse(argv, options);
  if (values.help) return (io.out(usage), 0);
  if (positionals.length > 0) throw new UsageError(`${JSON.stringify(positionals[0])} is not an option. See --help.`);
  const config = await loadConfig({ cwd: io.cwd, ...(values.config !== undefined && { file: values.config }) });
  const taskQueue = values['task-queue'] ?? config.taskQueue ?? 'default';
  const workflowsPath = (await existing(io, '--workflows', values.workflows)) ?? config.workflowsPath;
  const activitiesPath = await existing(io, '--activities', values.activities);
  if (workflowsPath === undefined && activitiesPath === undefined && config.activities === undefined) {
    throw new UsageError('--workflows FILE is missing, and there is no longhaul.config.ts. See --help.');
  }
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

  const worker = new DevWorker({
    args: [
      ...['--task-queue', taskQueue, '--local', server.address, '--log-level', 'WARN'],
      ...given('--config', values.config),
      ...given('--workflows', values.workflows),
      ...given('--activities', values.activities),
    ],
    cwd: io.cwd,
    taskQueue,
    report: io.err,
  });
  const folders = [workflowsPath, activitiesPath, ...config.sources].flatMap((file) =>
    file === undefined || file === config.file ? [] : [dirname(file)],
  );
  const watchers = watchFiles(config.file, folders, () => worker.restart());
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

function given(option: string, value: string | undefined): string[] {
  return value === undefined ? [] : [option, value];
}

/** An editor writes a file in several steps, and a compiler many files: one call follows when they have been quiet. */
function watchFiles(
  file: string | undefined,
  folders: readonly string[],
  changed: () => void,
  quietMs = 200,
): { close: () => void }[] {
  let timer: NodeJS.Timeout | undefined;
  const soon = (): void => {
    clearTimeout(timer);
    timer = setTimeout(changed, quietMs);
  };
  const outermost = [...new Set(folders)].filter(
    (folder) => !folders.some((other) => folder.startsWith(`${other}${sep}`)),
  );
  const watchers = outermost.map((folder) =>
    watch(folder, { recursive: true }, (_event, name) => {
      if (name === null || !/\.(?:[cm]?[jt]sx?|json)$/.test(name) || /(?:^|[\\/])node_modules[\\/]/.test(name)) return;
      soon();
    }),
  );
  // Not the file itself: many editors put another one in its place.
  if (file !== undefined) {
    watchers.push(watch(dirname(file), (_event, name) => (name === basename(file) ? soon() : undefined)));
  }
  return [{ close: () => clearTimeout(timer) }, ...watchers];
}
