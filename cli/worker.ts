import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import {
  activitiesIn,
  ConfigError,
  connectError,
  connectionSettings,
  loadConfig,
  provideActivities,
  replayOptionsOf,
  ServerError,
  workerOptionsOf,
} from '../config';
import type { ConnectionSettings, LoadedConfig, Provided } from '../config';
import { obeyCrashOrders, tellParent } from '../testing/obey-crash-orders';
import { CHANNEL_VARIABLE } from '../testing/worker-channel';
import { connectionFlags, connectionOptions, connectionUsage } from './connection-flags';
import { existing } from './existing';
import type { Io, Status } from './io';
import { parse, UsageError } from './parse';

const usage = `Usage: longhaul worker [options]

Runs the worker of longhaul.config.ts until SIGTERM or Ctrl-C, and drains it then.

  --config FILE       default: longhaul.config.ts, here or in a folder above
  --workflows FILE    the workflow file or folder; default: the configuration's
  --activities FILE   the module that exports the activities; default: the configuration's
  --task-queue Q      default: the configuration's
${connectionUsage}
  --local ADDRESS     a server for development: the environment is not asked how to connect to it
  --log-level L       TRACE, DEBUG, INFO, WARN or ERROR; default: INFO
  --help              show this

Exit status: 0 drained, 2 wrong use or code that can't be loaded, 3 no server, or the worker failed.`;

const levels = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR'] as const;

const options = {
  ...connectionFlags,
  config: { type: 'string' },
  workflows: { type: 'string' },
  activities: { type: 'string' },
  'task-queue': { type: 'string' },
  local: { type: 'string' },
  'log-level': { type: 'string', default: 'INFO' },
  help: { type: 'boolean', short: 'h' },
} as const;

export async function worker(argv: readonly string[], io: Io): Promise<Status> {
  const { values, positionals } = parse(argv, options);
  if (values.help) return (io.out(usage), 0);
  if (positionals.length > 0) throw new UsageError(`${JSON.stringify(positionals[0])} is not an option. See --help.`);
  const level = levels.find((name) => name === values['log-level'].toUpperCase());
  if (level === undefined) throw new UsageError(`--log-level is ${values['log-level']}; use ${levels.join(', ')}.`);
  const config = await loadConfig({ cwd: io.cwd, ...(values.config !== undefined && { file: values.config }) });
  const taskQueue = values['task-queue'] ?? config.taskQueue;
  if (taskQueue === undefined) throw new UsageError('--task-queue Q is missing, and no configuration has a taskQueue.');
  const workflowsPath = (await existing(io, '--workflows', values.workflows)) ?? config.workflowsPath;
  const activitiesPath = await existing(io, '--activities', values.activities);
  const activities =
    activitiesPath === undefined ? config.activities : await activitiesIn(activitiesPath, values.activities ?? '');
  if (workflowsPath === undefined && activities === undefined) {
    throw new UsageError(
      'there is nothing to run: give --workflows FILE or --activities FILE, or a longhaul.config.ts.',
    );
  }

  const where =
    activitiesPath === undefined ? basename(config.file ?? 'longhaul.config.ts') : (values.activities ?? '');
  const settings = { ...config, taskQueue, ...(workflowsPath !== undefined && { workflowsPath }) };
  const target =
    values.local === undefined
      ? connectionSettings(connectionOptions(values, io))
      : { options: { address: values.local }, address: values.local, namespace: values.namespace ?? 'default' };
  const provided = activities === undefined ? undefined : await provideActivities(activities, where);
  try {
    const { DefaultLogger, makeTelemetryFilterString, Runtime } = await import('@temporalio/worker');
    // The core writes to stdout, unless its log is forwarded.
    const logging = { filter: makeTelemetryFilterString({ core: level, other: 'ERROR' }), forward: {} };
    Runtime.install({ logger: new DefaultLogger(level), telemetryOptions: { logging } });
    return await run(settings, provided, target, io);
  } finally {
    await provided?.close();
  }
}

async function run(
  settings: LoadedConfig & { taskQueue: string },
  provided: Provided | undefined,
  { options: how, address, namespace }: ConnectionSettings,
  io: Io,
): Promise<Status> {
  const { NativeConnection } = await import('@temporalio/worker');
  const { runWorker } = await import('../worker/index.js');
  const at = { address, namespace };
  const connection = await NativeConnection.connect(how).catch((error: unknown) => {
    throw connectError(error, at);
  });
  const state = { running: false };
  // A plugin may bring more of them.
  const names = settings.plugins?.length ? undefined : Object.keys(provided?.activities ?? {});
  const onRunning = (): void => {
    state.running = true;
    io.out(`Worker polls task queue ${settings.taskQueue} in namespace ${namespace} at ${address}`);
    if (io.env[CHANNEL_VARIABLE] !== undefined) tellParent({ type: 'ready', ...(names && { activities: names }) });
  };
  if (io.env[CHANNEL_VARIABLE] !== undefined) obeyCrashOrders();
  try {
    const options = await workerOptionsOf(settings);
    await runWorker({
      ...options,
      ...(provided && { activities: provided.activities }),
      connection,
      namespace,
      onRunning,
    });
    return 0;
  } catch (error) {
    if (state.running) throw failedWorker(error, at);
    if (error instanceof ConfigError) throw error;
    const hasWorkflows = settings.workflowsPath === undefined || existsSync(settings.workflowsPath);
    if (error instanceof TypeError && hasWorkflows) throw new UsageError(`${error.message}.`, { cause: error });
    await explainBundle(settings, io);
    throw ServerError.from(error, 'start the worker', at);
  } finally {
    // A worker that did not drain holds it still.
    await connection.close().catch(() => undefined);
  }
}

/** What a worker that has polled ended with. */
function failedWorker(error: unknown, at: { address: string; namespace: string }): ServerError {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  if (name === 'DrainError') {
    return new ServerError(`${message.replace(/^runWorker: t/, 'T')}.`, undefined, { cause: error });
  }
  if (name === 'TransportError' || ServerError.isOf(error))
    return ServerError.from(error, 'keep the worker running', at);
  return new ServerError(`The worker failed: ${(message.split('\n')[0] ?? '').replace(/\.$/, '')}.`, undefined, {
    cause: error,
  });
}

/** The SDK only says that webpack finished with errors: bundled once more, the cause is known. */
async function explainBundle(settings: LoadedConfig, { cwd }: Io): Promise<void> {
  if (settings.workflowsPath === undefined) return;
  const { bundleWorkflows, WorkflowBundleError } = await import('../replay/bundle-workflows.js');
  try {
    await bundleWorkflows(settings.workflowsPath, await replayOptionsOf(settings));
  } catch (error) {
    if (!(error instanceof WorkflowBundleError)) throw error;
    throw new UsageError(error.message.replaceAll(`${cwd}/`, ''), { cause: error });
  }
}
