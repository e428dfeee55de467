import { mkdir, stat } from 'node:fs/promises';
import { once } from 'node:events';
import { dirname, relative, resolve } from 'node:path';
import { loadConfig } from '../config';
import type { Server } from '../testing';
import { DevWorker } from './dev-worker';
import { existing } from './existing';
import type { Io, Status } from './io';
import { parse, parseNumber, UsageError } from './parse';
import { FileWatcher } from './watch-files';

const usage = `Usage: longhaul dev [options]

Runs a Temporal server with its Web UI, and a worker that restarts when a file changes: of the
configuration, or beside the workflows or activities.

  --config FILE      default: longhaul.config.ts, here or in a folder above
  --workflows FILE   the workflow file or folder; default: the configuration's
  --activities FILE  the module that exports the activities; default: the configuration's
  --task-queue Q     default: the configuration's, or else default
  --port N           of the server; default: 7233, or a free one where that is taken
  --ui-port N        of the Web UI; default: 8233, or a free one where that is taken
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
  const asked = {
    port: parseNumber('--port', values.port, 1, 65_535),
    uiPort: parseNumber('--ui-port', values['ui-port'], 1, 65_535),
  };
  if (asked.port !== undefined && asked.port === asked.uiPort) {
    throw new UsageError(`--port and --ui-port are both ${asked.port}; give each its own.`);
  }
  const dbFilename = values.db === undefined ? undefined : await database(values.db, io);

  const { startServer, ServerUnavailableError } = await import('../testing/index.js');
  const { isPortFree } = await import('../testing/free-port.js');
  for (const [option, port] of Object.entries({ '--port': asked.port, '--ui-port': asked.uiPort })) {
    if (port !== undefined && !(await isPortFree(port))) {
      return (io.err(`longhaul dev: ${option}: something listens on port ${port} already; use another.`), 3);
    }
  }
  const usual = async (port: number, other: number | undefined): Promise<number | undefined> =>
    port !== other && (await isPortFree(port)) ? port : undefined;
  const port = asked.port ?? (await usual(7233, asked.uiPort));
  const uiPort = asked.uiPort ?? (await usual(8233, port));
  let server: Server;
  try {
    server = await startServer({
      ui: true,
      reuse: false,
      env: io.env,
      log: io.err,
      ...(port !== undefined && { port }),
      ...(uiPort !== undefined && { uiPort }),
      ...(dbFilename !== undefined && { dbFilename }),
    });
  } catch (error) {
    if (!(error instanceof ServerUnavailableError)) throw error;
    return (io.err(`longhaul dev: ${error.message}`), 3);
  }
  const { address, namespace } = server;
  io.out(`Server      ${address}, namespace ${namespace}`);
  if (!address.endsWith(':7233')) io.out(`            other programs find it with TEMPORAL_ADDRESS=${address}`);
  io.out(`Web UI      ${server.uiUrl ?? 'not served'}`);
  io.out(`Task queue  ${taskQueue}`);

  const worker = new DevWorker({
    args: [
      ...['--task-queue', taskQueue, '--local', address, '--log-level', 'WARN'],
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
  const watcher = new FileWatcher({
    file: config.file,
    folders,
    changed: (files) => {
      io.err(`Changed     ${listed(files.map((file) => relative(io.cwd, file)))}`);
      worker.restart();
    },
    failed: (folder, { code = 'unknown' }) =>
      io.err(`longhaul dev: ${relative(io.cwd, folder) || folder} can't be watched for changes (${code}).`),
  });
  try {
    worker.restart();
    await watcher.start();
    if (!io.signal.aborted) await once(io.signal, 'abort');
    io.err('Stopping.');
  } finally {
    watcher.close();
    await worker.stop();
    await server.stop();
  }
  return 0;
}

function given(option: string, value: string | undefined): string[] {
  return value === undefined ? [] : [option, value];
}

/** Where the state is kept: its folder has to be there, and it has to be a file. */
async function database(given: string, io: Io): Promise<string> {
  const path = resolve(io.cwd, given);
  if (
    await stat(path).then(
      (found) => found.isDirectory(),
      () => false,
    )
  ) {
    throw new UsageError(`--db: ${given} is a folder; name a file in it.`);
  }
  await mkdir(dirname(path), { recursive: true });
  return path;
}

/** A checkout changes hundreds of files at once: a few tell which. */
function listed(files: readonly string[]): string {
  const shown = [...files].sort().slice(0, 3);
  return `${shown.join(', ')}${files.length > shown.length ? ` and ${files.length - shown.length} more` : ''}`;
}
