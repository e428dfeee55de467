import { relative, resolve } from 'node:path';
import { loadConfig, replayOptionsOf } from '../config';
import type { HistoryResult, ReplayReport } from '../replay';
import { configuredCodecs } from './codecs';
import type { Io, Status } from './io';
import { parse } from './parse';

const usage = `Usage: longhaul replay [paths…] [options]

Replays saved histories against workflow code, and names the line at which they part.

  paths               histories (.bin, .bin.gz, .json, .json.gz) or folders of them, without their subfolders;
                      default: the configuration's, or else replay-histories
  --workflows FILE    the workflow file or folder, as the worker is given it; default: the configuration's
  --workflow-id ID    workflow id of histories that tell none themselves
  --config FILE       default: longhaul.config.ts, here or in a folder above
  --json              print one JSON object
  --help              show this

Exit status: 0 all pass, 1 a history does not replay, 2 wrong use or an invalid history, 3 the environment failed.`;

const options = {
  workflows: { type: 'string' },
  'workflow-id': { type: 'string' },
  config: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

export async function replay(argv: readonly string[], io: Io): Promise<Status> {
  const { values, positionals } = parse(argv, options);
  if (values.help) return (io.out(usage), 0);
  const config = await loadConfig({ cwd: io.cwd, ...(values.config !== undefined && { file: values.config }) });
  const workflowsPath = values.workflows === undefined ? config.workflowsPath : resolve(io.cwd, values.workflows);
  if (workflowsPath === undefined) {
    io.err('longhaul replay: --workflows FILE is missing: the file that exports the workflow functions. See --help.');
    return 2;
  }

  const harness = await import('../replay/index.js'); // loads the native core: only when needed
  const shown = (path: string) => relative(io.cwd, path) || path;
  const paths = positionals.length > 0 ? positionals.map((path) => resolve(io.cwd, path)) : config.histories;
  const workflowId = values['workflow-id'];
  try {
    const loaded = await harness.loadHistories(paths, workflowId === undefined ? {} : { workflowId });
    const histories = await harness.decodeLoaded(loaded, {
      codecs: () => configuredCodecs(config, io),
      ownConverter: config.dataConverter?.payloadConverterPath !== undefined,
      ...(io.env.TEMPORAL_NAMESPACE !== undefined && { namespace: io.env.TEMPORAL_NAMESPACE }),
    });
    const report = await harness.replayHistories({
      workflowsPath,
      replayOptions: await replayOptionsOf(config),
      histories: histories.map((history) => ({ ...history, file: shown(history.file) })),
      signal: io.signal,
      onResult: ({ file }, index) => io.progress(`${index + 1} of ${histories.length} replayed: ${file}`),
    });
    io.progress('');
    io.out(values.json ? JSON.stringify(withPaths(report, shown)) : harness.formatReport(report, { cwd: io.cwd }));
    return statusOf(report, io);
  } catch (error) {
    io.progress('');
    const { CodecError, EmptyCorpusError, HistoryPathError, ManifestError, WorkflowBundleError } = harness;
    for (const kind of [CodecError, EmptyCorpusError, HistoryPathError, ManifestError, WorkflowBundleError]) {
      if (error instanceof kind) {
        io.err(`longhaul replay: ${error.message.replaceAll(`${io.cwd}/`, '')}`);
        return 2;
      }
    }
    throw error;
  }
}

function statusOf({ summary }: ReplayReport, io: Io): Status {
  if (summary.nondeterminism + summary.failed + summary.timeout > 0) return 1;
  if (summary.invalid > 0) return 2;
  if (summary.pass > 0) return 0;
  io.err('longhaul replay: no history holds anything to replay, so nothing was checked.');
  return 2;
}

function withPaths(report: ReplayReport, shown: (path: string) => string): ReplayReport {
  const histories = report.histories.map((result): HistoryResult => {
    const { divergence, location } = result;
    const at = divergence?.location;
    return {
      ...result,
      ...(location && { location: { ...location, file: shown(location.file) } }),
      ...(divergence && at && { divergence: { ...divergence, location: { ...at, file: shown(at.file) } } }),
    };
  });
  return { ...report, histories };
}
