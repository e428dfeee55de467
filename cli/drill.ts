import { randomUUID } from 'node:crypto';
import { access, constants, readFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import type { LoadedConfig } from '../config';
import type { DrilledWorker, DrillHow, DrillOptions } from '../testing';
import type { Io, Status } from './io';
import { openClient, serverOptions, serverUsage } from './open-client';
import type { OpenClient } from './open-client';
import { parse, parseDuration, parseNumber, UsageError } from './parse';

const usage = `Usage: longhaul drill --activity X [--workflow Y --input FILE] [options]

Starts the worker of longhaul.config.ts and a workflow, waits until the activity beats, makes the worker fail, starts
another, and measures from the server's record what that cost. Only where drillTargets of the configuration allow it.

  --activity X        the activity's type
  --workflow Y        the workflow type that calls it; default: the one whose longActivities in the catalog name it
  --input FILE        JSON with the workflow's argument, or with a list of them; default: no argument
  --signal NAME=JSON  sent to the workflow once it is started, with JSON as of --input, or NAME alone; several in their order
  --term              drain the worker with SIGTERM, in place of killing it
  --stall             suspend it with SIGSTOP, and let it go on when the next attempt runs
  --times N           as often, at random moments; default: 1
  --seed N            repeats the moments of an earlier drill
  --within T          how long to wait for the activity, and for its next attempt; default: 1m
  --worker COMMAND    how to start a worker that longhaul.config.ts does not know; with --task-queue
  --task-queue Q      default: one of its own, so that no other worker takes part
  --out FOLDER        where the record is kept; default: .longhaul/drills
  --json              print the record
${serverUsage}
  --help              show this

Exit status: 0 resumed as it should, 1 something to mend, 2 wrong use, 3 the environment failed.`;

const options = {
  ...serverOptions,
  activity: { type: 'string' },
  workflow: { type: 'string' },
  input: { type: 'string' },
  signal: { type: 'string', multiple: true },
  term: { type: 'boolean' },
  stall: { type: 'boolean' },
  times: { type: 'string' },
  seed: { type: 'string' },
  within: { type: 'string' },
  worker: { type: 'string' },
  'task-queue': { type: 'string' },
  out: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

type Values = ReturnType<typeof parse<typeof options>>['values'];

export async function drill(argv: readonly string[], io: Io): Promise<Status> {
  const { values, positionals } = parse(argv, options);
  if (values.help) return (io.out(usage), 0);
  if (positionals[0] !== undefined)
    throw new UsageError(`${JSON.stringify(positionals[0])} is not an option. See --help.`);
  const { activity } = values;
  if (!activity) throw new UsageError('--activity X is missing. See --help.');
  if (values.term && values.stall) throw new UsageError('--term and --stall exclude each other.');
  if (values.worker !== undefined && values['task-queue'] === undefined) {
    throw new UsageError("--worker needs --task-queue Q: the queue that the command's worker polls.");
  }
  const how: DrillHow = values.term ? 'term' : values.stall ? 'stall' : 'kill';
  const times = parseNumber('--times', values.times, 1, 1_000);
  const seed = parseNumber('--seed', values.seed, 0, 2 ** 32 - 1);
  const within = parseDuration('--within', values.within);
  const { loadConfig } = await import('../config/load-config.js');
  const config = await loadConfig({ cwd: io.cwd, ...(values.config === undefined ? {} : { file: values.config }) });
  const type = values.workflow ?? workflowOf(activity, config);
  const args = values.input === undefined ? [] : await inputFrom(values.input, io);
  const signals = values.signal?.map(signalFrom) ?? [];
  const { connectionSettings } = await import('../config/connect.js');
  const { connectionOptions } = await import('./connection-flags.js');
  refuseUnlessTarget(config, connectionSettings(connectionOptions(values, io)));

  const out = resolve(io.cwd, values.out ?? '.longhaul/drills');
  // Before anything is killed for a record that can't be kept.
  const { makeFolder } = await import('../config/make-folder.js');
  await makeFolder(out)
    .then(() => access(out, constants.W_OK))
    .catch((error: unknown) => {
      const { code = 'unknown' } = error as NodeJS.ErrnoException;
      throw new UsageError(`--out: ${values.out ?? '.longhaul/drills'} can't be written to (${code}).`);
    });

  const { drill: run, DrillError, WorkerProcessError, writeDrillRecord } = await import('../testing/index.js');
  const { client, address, namespace, close } = await openClient(io, values, config);
  const taskQueue = values['task-queue'] ?? `longhaul-drill-${randomUUID()}`;
  try {
    const drilling: DrillOptions = {
      client,
      address,
      activity,
      workflow: { type, args, taskQueue, signals },
      startWorker: () => startWorker({ client, address, namespace, close }, { values, config, taskQueue, io }),
      how,
      signal: io.signal,
      onProgress: (line) => io.err(`longhaul drill: ${line}`),
      ...(times === undefined ? {} : { times }),
      ...(seed === undefined ? {} : { seed }),
      ...(within === undefined ? {} : { within }),
    };
    const report = await run(drilling);
    const file = await writeDrillRecord(out, report);
    const { drillText } = await import('./render/drill-text.js');
    io.out(values.json ? JSON.stringify(report) : drillText(report, relative(io.cwd, file)));
    return report.ok ? 0 : 1;
  } catch (error) {
    if (error instanceof DrillError || error instanceof TypeError) {
      throw new UsageError(error.message.replace(/^drill: /, '').replace(/(?<!\.)$/, '.'), { cause: error });
    }
    const { ServerError } = await import('../config/server-error.js');
    if (ServerError.isOf(error)) throw ServerError.from(error, `drill ${activity}`, { address, namespace });
    if (!(error instanceof WorkerProcessError)) throw error;
    const line = error.message.split('\n')[0] ?? '';
    // Its own status 3: the server or the network, not what was asked for.
    if (/ended with status 3 /.test(line)) throw new ServerError(line, undefined, { cause: error });
    throw new UsageError(line, { cause: error });
  } finally {
    await close();
  }
}

/** The workflow type whose catalog entry names the activity. */
function workflowOf(activity: string, { catalog = {} }: LoadedConfig): string {
  const types = Object.entries(catalog).filter(([, { longActivities }]) => longActivities?.includes(activity));
  const [only, ...others] = types.map(([type]) => type);
  if (only !== undefined && others.length === 0) return only;
  const why = only === undefined ? 'no entry' : `more than one entry`;
  throw new UsageError(
    `--workflow Y is missing, and ${why} of the catalog names ${activity} among its longActivities.`,
  );
}

async function inputFrom(file: string, io: Io): Promise<unknown[]> {
  const text = await readFile(resolve(io.cwd, file), 'utf8').catch(() => {
    throw new UsageError(`--input: ${file} can't be read.`);
  });
  return argsFrom(text, `--input: ${file} is not JSON.`);
}

/** `NAME` or `NAME=JSON`. */
function signalFrom(text: string): { name: string; args: unknown[] } {
  const [, name = '', json] = /^([^=]*)(?:=(.*))?$/s.exec(text) ?? [];
  if (name === '') throw new UsageError(`--signal: ${JSON.stringify(text)} has no name before its =.`);
  if (json === undefined) return { name, args: [] };
  return { name, args: argsFrom(json, `--signal: what follows ${name}= is not JSON; a text stands in double quotes.`) };
}

/** JSON of one argument, or of a list of them. */
function argsFrom(json: string, otherwise: string): unknown[] {
  try {
    const input: unknown = JSON.parse(json);
    return Array.isArray(input) ? (input as unknown[]) : [input];
  } catch {
    throw new UsageError(otherwise);
  }
}

/** Workers are killed and workflows terminated: nowhere but where somebody has said so. */
function refuseUnlessTarget({ drillTargets = [] }: LoadedConfig, at: { address: string; namespace: string }): void {
  const { address, namespace } = at;
  const isIt = (target: { address: string; namespace?: string }): boolean =>
    normal(target.address) === normal(address) && (target.namespace ?? 'default') === namespace;
  if (drillTargets.some(isIt)) return;
  throw new UsageError(
    `namespace ${namespace} at ${address} is no drill target: add drillTargets: [{ address: '${address}', namespace: '${namespace}' }] to longhaul.config.ts if workers may be killed there.`,
  );
}

const normal = (address: string): string => address.replace(/^(?:localhost|\[::1\])(?=:)/, '127.0.0.1').toLowerCase();

async function startWorker(
  { client, address, namespace }: OpenClient,
  { values, config, taskQueue, io }: { values: Values; config: LoadedConfig; taskQueue: string; io: Io },
): Promise<DrilledWorker> {
  const { startWorkerCommand } = await import('../testing/start-worker-process.js');
  if (values.worker !== undefined) {
    const { startPolling } = await import('../testing/drill/start-polling.js');
    return startPolling(values.worker, { client, taskQueue, cwd: io.cwd, env: io.env });
  }
  const flags = [
    ...(config.file === undefined ? [] : ['--config', config.file]),
    ...['--address', address, '--namespace', namespace, '--task-queue', taskQueue, '--log-level', 'WARN'],
    ...(values.profile === undefined ? [] : ['--profile', values.profile]),
  ];
  const env = Object.fromEntries(
    Object.entries(io.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
  return startWorkerCommand([join(__dirname, 'bin.js'), 'worker', ...flags], { taskQueue, cwd: io.cwd, env });
}
