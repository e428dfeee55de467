import { stat } from 'node:fs/promises';
import { relative, resolve } from 'node:path';
import type { LoadedConfig } from '../config';
import { connect, loadConfig, replayOptionsOf, ServerError } from '../config';
import type { Recorder, RecorderOptions, Tracer } from '../replay';
import { configuredCodecs } from './codecs';
import { connectionFlags, connectionOptions, connectionUsage } from './connection-flags';
import { existing } from './existing';
import type { Io, Status } from './io';
import { parse, parseNumber, UsageError } from './parse';
import { recordScenarios } from './record-scenarios';
import { RecordReport } from './record-report';

const usage = `Usage: longhaul record [options]
       longhaul record --scenario FILE [options]

Saves histories for longhaul replay: of a namespace, chosen by shape and redacted; or of a scenario, whose days pass in seconds.

  --query Q           which runs of the namespace, as the Web UI takes it; default: all
  --quota N           histories at most; default: 100
  --scan N            runs to list at most, open and closed each; default: 10000
  --patience N        a workflow type is done when N runs show nothing new; default: 10
  --seed N            for the choice among runs of one shape; default: 1
  --keep PLACE        do not redact this place, as a refusal names it, or all that begin so with * at the end; may be repeated
  --opaque            keep payloads as they are recorded, encoded and not redacted; replay then needs their codec
  --scenario FILE     plays the scenarios that this module exports, on a time-skipping server
  --redact            redacts what a scenario recorded too
  --out FOLDER        where to; default: the first of the configuration's histories
  --workflows FILE    the workflow file or folder; default: the configuration's
  --config FILE       default: longhaul.config.ts, here or in a folder above
${connectionUsage}
  --json              print one JSON object
  --help              show this

Exit status: 0 all recorded, 1 a history was refused, 2 wrong use, 3 no server, or stopped.`;

const options = {
  ...connectionFlags,
  query: { type: 'string' },
  quota: { type: 'string' },
  scan: { type: 'string' },
  patience: { type: 'string' },
  seed: { type: 'string' },
  keep: { type: 'string', multiple: true },
  opaque: { type: 'boolean' },
  scenario: { type: 'string' },
  redact: { type: 'boolean' },
  out: { type: 'string' },
  workflows: { type: 'string' },
  config: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

export async function record(argv: readonly string[], io: Io): Promise<Status> {
  const { values, positionals } = parse(argv, options);
  if (values.help) return (io.out(usage), 0);
  if (positionals.length > 0) throw new UsageError(`${JSON.stringify(positionals[0])} is not an option. See --help.`);
  const numbers = {
    quota: parseNumber('--quota', values.quota, 1, 1_000_000),
    scan: parseNumber('--scan', values.scan, 1, 10_000_000),
    patience: parseNumber('--patience', values.patience, 1, 1_000_000),
    seed: parseNumber('--seed', values.seed, 0, 2 ** 32 - 1),
  };
  if (values.opaque && (values.redact || values.keep || values.scenario !== undefined)) {
    throw new UsageError('--opaque keeps everything as it is: it goes with neither --redact, --keep nor --scenario.');
  }
  const config = await loadConfig({ cwd: io.cwd, ...(values.config !== undefined && { file: values.config }) });
  const workflowsPath = (await existing(io, '--workflows', values.workflows)) ?? config.workflowsPath;
  const scenario = await existing(io, '--scenario', values.scenario);
  const folder = values.out === undefined ? (config.histories[0] ?? io.cwd) : resolve(io.cwd, values.out);
  const shown = relative(io.cwd, folder) || '.';
  const found = await stat(folder).catch(() => undefined);
  if (found && !found.isDirectory()) throw new UsageError(`--out: ${shown} is not a folder.`);
  const report = new RecordReport(io, { folder: shown, source: scenario === undefined ? 'server' : 'time-skipping' });

  const harness = await import('../replay/index.js');
  try {
    const settings = { ...config, ...(workflowsPath !== undefined && { workflowsPath }) };
    if (scenario !== undefined) {
      return await withRecorder(
        settings,
        { folder, redacted: values.redact === true, keep: values.keep ?? [] },
        async (recorder) => {
          await recordScenarios(scenario, values.scenario ?? '', settings, { recorder, report, io });
          return report.end(values.json === true);
        },
      );
    }
    const connected = await connect(connectionOptions(values, io));
    try {
      const how = { folder, redacted: !values.opaque, keep: values.keep ?? [], namespace: connected.namespace };
      return await withRecorder(settings, values.opaque ? { ...how, opaque: true } : how, async (recorder) => {
        const given = Object.fromEntries(Object.entries(numbers).filter(([, value]) => value !== undefined));
        const result = await harness.recordNamespace({
          ...given,
          service: connected.connection.workflowService,
          namespace: connected.namespace,
          recorder,
          signal: io.signal,
          ...(values.query !== undefined && { query: values.query }),
          onRun: (run) => report.add(run),
        });
        return report.end(values.json === true, result);
      });
    } catch (error) {
      if (isGrpc(error)) throw refusedBy(error, values.query, connected);
      throw error;
    } finally {
      await connected.close();
    }
  } catch (error) {
    if (io.signal.aborted) {
      const recorded = report.count('recorded');
      return (
        io.err(
          `longhaul record: stopped; ${recorded === 1 ? '1 history is' : `${recorded} histories are`} in ${shown}.`,
        ),
        3
      );
    }
    for (const kind of [harness.CodecError, harness.ManifestError, harness.WorkflowBundleError]) {
      if (error instanceof kind) throw new UsageError(error.message.replaceAll(`${io.cwd}/`, ''), { cause: error });
    }
    throw error;
  }

  async function withRecorder(
    settings: LoadedConfig,
    how: { folder: string; redacted: boolean; opaque?: boolean; keep: readonly string[]; namespace?: string },
    body: (recorder: Recorder) => Promise<Status>,
  ): Promise<Status> {
    const { Recorder, PayloadDecoder } = harness;
    const base: RecorderOptions = {
      folder: how.folder,
      source: report.source,
      ...(how.namespace !== undefined && { namespace: how.namespace }),
    };
    if (how.opaque) return body(await Recorder.open(base));
    const namespace = how.namespace ?? 'default';
    const decoder = new PayloadDecoder(await configuredCodecs(settings, io, namespace), namespace);
    if (!how.redacted) {
      if (settings.workflowsPath === undefined) {
        throw new UsageError(
          '--workflows FILE is missing, and no configuration has a workflowsPath: there is nothing to play.',
        );
      }
      const played = await harness.bundleWorkflows(settings.workflowsPath, await replayOptionsOf(settings));
      return body(await Recorder.open({ ...base, decoder, code: harness.codeHash(played) }));
    }
    if (settings.workflowsPath === undefined) {
      throw new UsageError(
        '--workflows FILE is missing: a redacted history is replayed before it is written. --opaque needs none.',
      );
    }
    const replayOptions = await replayOptionsOf(settings);
    const { switchOffPromiseStacks } = await import('../replay/engine/sdk-internals.js');
    const bundleCode = await harness.bundleWorkflows(settings.workflowsPath, replayOptions);
    // Half of the time of a replay. And code that never ends is cut off, in the middle of these.
    switchOffPromiseStacks();
    const tracer: Tracer = new harness.Tracer({ bundleCode, replayOptions });
    const redactor = new harness.Redactor({
      tokens: new harness.Tokens(),
      words: harness.wordsOfBundle(bundleCode),
      tracer,
      keep: how.keep,
    });
    try {
      return await body(await Recorder.open({ ...base, decoder, redactor, code: harness.codeHash(bundleCode) }));
    } finally {
      await tracer.close();
    }
  }
}

function isGrpc(error: unknown): error is Error & { code: number } {
  return error instanceof Error && typeof (error as { code?: unknown }).code === 'number';
}

function refusedBy(
  error: Error & { code: number; details?: string },
  query: string | undefined,
  at: { address: string; namespace: string },
): Error {
  if (error.code === 3 && query !== undefined) {
    return new UsageError(`--query: the server refuses it: ${(error.details ?? error.message).split('\n')[0] ?? ''}.`, {
      cause: error,
    });
  }
  return ServerError.from(error, 'record', at);
}
