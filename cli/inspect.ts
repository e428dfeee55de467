import { stat } from 'node:fs/promises';
import { relative, resolve } from 'node:path';
import { unlessAborted } from '../config/unless-aborted';
import type { LoadedConfig } from '../config/load-config';
import type { InspectOptions, InspectReport } from '../replay';
import type { Io, Status } from './io';
import { configuredCodecs } from './codecs';
import { codecServerOf, dataConverterOf, openClient, serverOptions, serverUsage } from './open-client';
import { parse, parseNumber, UsageError } from './parse';
import { writePage } from './write-page';

const usage = `Usage: longhaul inspect <workflowId | history file | folder>… [options]

Shows what a history is made of: events, growth, payloads, activities, what it waits on, and when it reaches a limit.
What is no file or folder is taken for the id of a workflow on the server.

  --payloads         list the steps with what went in and came out, decoded with the configured codec or codec server
  --steps N          how many of the newest steps; default: 200
  --replay           measure how long a replay takes, with the configured workflows
  --workflows FILE   the workflow file, for --replay; default: that of the configuration
  --run-id ID        one run of the workflow; default: its newest
  --runs N           how many runs of its chain; default: 10
  --status           ask the workflow's own longhaul.status, which needs a worker
  --html FILE        write one self-contained page
  --json             print one JSON object
${serverUsage}
  --help             show this

Exit status: 0 shown, 1 a history could not be read, 2 wrong use or none could, 3 the environment failed.`;

const options = {
  ...serverOptions,
  payloads: { type: 'boolean' },
  steps: { type: 'string' },
  replay: { type: 'boolean' },
  workflows: { type: 'string' },
  'run-id': { type: 'string' },
  runs: { type: 'string' },
  status: { type: 'boolean' },
  html: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

export async function inspect(argv: readonly string[], io: Io): Promise<Status> {
  const { values, positionals } = parse(argv, options);
  if (values.help) return (io.out(usage), 0);
  if (positionals.length === 0 || positionals.includes(''))
    throw new UsageError('name a workflow id, a history file or a folder. See --help.');
  const runs = parseNumber('--runs', values.runs, 1, 1_000);
  const steps = parseNumber('--steps', values.steps, 1, 100_000);
  const { loadConfig } = await import('../config/load-config.js');
  const config = await loadConfig({ cwd: io.cwd, ...(values.config === undefined ? {} : { file: values.config }) });
  const measuring = values.replay || values.workflows !== undefined;
  const workflowsPath = values.workflows === undefined ? config.workflowsPath : resolve(io.cwd, values.workflows);
  if (measuring && workflowsPath === undefined) {
    throw new UsageError('--replay needs --workflows FILE, or workflowsPath in longhaul.config.ts.');
  }
  const inspecting: InspectOptions = {
    ...(await readingOptions(config, io, values.payloads ?? false)),
    ...(steps === undefined ? {} : { steps }),
    ...(measuring && workflowsPath !== undefined ? { replay: await replayOf(config, workflowsPath, io) } : {}),
  };
  const { paths, ids } = await sorted(positionals, io);
  const runId = values['run-id'];
  if (runId !== undefined && ids.length !== 1) throw new UsageError('--run-id goes with one workflow id.');
  if (runId !== undefined && !/^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i.test(runId)) {
    throw new UsageError(
      `--run-id is ${JSON.stringify(runId)}; use the id of a run, as the Web UI and inspect show it.`,
    );
  }

  const parts: InspectReport[] = [];
  if (paths.length > 0) parts.push(await ofFiles(paths, inspecting, io));
  if (ids.length > 0) {
    const { client, address, namespace, close } = await openClient(io, values, config);
    try {
      const { ServerError } = await import('../config/server-error.js');
      const harness = await import('../replay/index.js');
      const { WorkflowNotFoundError } = await import('@temporalio/client');
      for (const id of ids) {
        try {
          parts.push(
            await unlessAborted(io.signal, () =>
              harness.inspectWorkflow(client, id, {
                ...inspecting,
                namespace,
                ...(runs === undefined ? {} : { runs }),
                ...(runId === undefined ? {} : { runId }),
                askStatus: values.status ?? false,
              }),
            ),
          );
        } catch (error) {
          io.signal.throwIfAborted();
          if (ServerError.isOf(error)) throw ServerError.from(error, `inspect ${id}`, { address, namespace });
          if (!(error instanceof WorkflowNotFoundError)) throw known(error, harness, io);
          const of = `of namespace ${namespace}`;
          throw new UsageError(
            runId === undefined
              ? `${JSON.stringify(id)} is no file, no folder and no workflow ${of}.`
              : `there is no workflow ${JSON.stringify(id)} ${of} with a run ${runId}.`,
          );
        }
      }
    } finally {
      await close();
    }
  }
  return await show(merged(parts), values, io);
}

async function readingOptions(config: LoadedConfig, io: Io, payloads: boolean): Promise<InspectOptions> {
  const dataConverter = await dataConverterOf(config);
  const codecServer = await codecServerOf(config, io.env);
  return {
    payloads,
    ...(dataConverter === undefined ? {} : { dataConverter }),
    ...(codecServer === undefined ? {} : { codecServer }),
  };
}

async function replayOf(
  config: LoadedConfig,
  workflowsPath: string,
  io: Io,
): Promise<NonNullable<InspectOptions['replay']>> {
  const { replayOptionsOf } = await import('../config/replay-options.js');
  return {
    workflowsPath,
    replayOptions: await replayOptionsOf(config),
    signal: io.signal,
    codecs: () => configuredCodecs(config, io),
    ownConverter: config.dataConverter?.payloadConverterPath !== undefined,
  };
}

async function sorted(given: readonly string[], io: Io): Promise<{ paths: string[]; ids: string[] }> {
  const paths: string[] = [];
  const ids: string[] = [];
  for (const name of given) {
    const path = resolve(io.cwd, name);
    const found = await stat(path).catch(() => undefined);
    if (found) paths.push(path);
    else if (/\.(?:bin|jsonl?)(?:\.gz)?$/.test(name)) throw new UsageError(`${name} does not exist.`);
    else ids.push(name);
  }
  return { paths, ids };
}

async function ofFiles(paths: readonly string[], inspecting: InspectOptions, io: Io): Promise<InspectReport> {
  const harness = await import('../replay/index.js');
  try {
    const report = await harness.inspectHistories(await harness.loadHistories(paths), inspecting);
    const shown = <T extends { file: string }>(one: T): T => ({ ...one, file: relative(io.cwd, one.file) || one.file });
    return { ...report, runs: report.runs.map(shown), unreadable: report.unreadable.map(shown) };
  } catch (error) {
    throw known(error, harness, io);
  }
}

/** What is said of it in one sentence, where it can be. */
function known(error: unknown, harness: typeof import('../replay'), io: Io): Error {
  const { CodecError, HistoryPathError, ManifestError, WorkflowBundleError } = harness;
  for (const kind of [CodecError, HistoryPathError, ManifestError, WorkflowBundleError])
    if (error instanceof kind) return new UsageError(error.message.replaceAll(`${io.cwd}/`, ''), { cause: error });
  return error as Error;
}

function merged(parts: readonly InspectReport[]): InspectReport {
  const [first] = parts;
  if (!first) throw new TypeError('nothing was inspected');
  return {
    ...first,
    ok: parts.every(({ ok }) => ok),
    runs: parts.flatMap(({ runs }) => runs),
    unreadable: parts.flatMap(({ unreadable }) => unreadable),
  };
}

async function show(report: InspectReport, values: { json?: boolean; html?: string }, io: Io): Promise<Status> {
  if (values.html !== undefined) {
    const { inspectHtml } = await import('./render/inspect-html.js');
    await writePage(io, 'inspect', values.html, inspectHtml(report));
  }
  const isNone = report.runs.length === 0;
  if (isNone) for (const { file, message } of report.unreadable) io.err(`longhaul inspect: ${file}: ${message}`);
  if (values.json) io.out(JSON.stringify(report));
  else if (values.html === undefined && !isNone) {
    const { inspectText } = await import('./render/inspect-text.js');
    io.out(inspectText(report));
  }
  return report.ok ? 0 : isNone ? 2 : 1;
}
