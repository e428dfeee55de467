import { appendFile, writeFile } from 'node:fs/promises';
import { dirname, relative, resolve } from 'node:path';
import type { LoadedConfig } from '../config';
import { makeFolder } from '../config/make-folder';
import type { LoadedHistory, ReplayHistoriesOptions, ReplayReport } from '../replay';
import { lengthOfTime } from '../workflows/duration';
import { configuredCodecs } from './codecs';
import { driftFiles } from './drift-files';
import type { Io, Status } from './io';
import { parse, parseNumber, UsageError } from './parse';
import { withRelativePaths } from './replay-paths';

const usage = `Usage: longhaul replay [paths…] --workflows FILE [options]

Replays saved histories against workflow code, and names the line at which they part.

  paths                histories (.bin, .json, .jsonl, each also with .gz) or folders of them, without their subfolders;
                       default: the configuration's, or replay-histories
  --workflows FILE     the workflow file or folder, as the worker is given it; default: the configuration's
  --config FILE        longhaul.config.ts; default: searched from here upwards
  --workflow-id ID     workflow id of histories that tell none themselves
  --live               replay the open runs of a namespace instead of files
  --query Q            of --live: which, as a list filter; also closed runs
  --build-id B         of --live: those of a worker build, and the patches that no run needs any more
  --limit N            of --live: at most so many runs, spread over types; default: 1000
  --jobs N             processes to replay in; default: as many as there are cores
  --deadline SECONDS   for one history; default: 120
  --drift WHAT         off, warn or error: other arguments, options or durations than recorded; default: warn
  --accepted-drift FILE  drift that is right; default: accepted-drift.json beside the histories
  --accept-drift       add the drift found to that file
  --elsewhere          replay once more in another time zone and locale, with the clock ahead: all must come out the same
  --fast               leave the core out where the code does what it did when the core passed it; not where CI is set
  --strict             fail where a type has no history, or a long-running type none of a day
  --show-values        show users' values in drift, not their type, length and hash
  --no-cache           bundle anew
  --json               print one JSON object
  --junit FILE         write a report for CI servers
  --lcov FILE          write the lines that histories reach
  --github             print annotations, and write the summary of a GitHub Actions step
  --help               show this

Exit status: 0 all pass, 1 a history does not replay or a policy is not met, 2 wrong use or an invalid history,
3 the environment failed.`;

const options = {
  workflows: { type: 'string' },
  config: { type: 'string' },
  'workflow-id': { type: 'string' },
  live: { type: 'boolean' },
  query: { type: 'string' },
  'build-id': { type: 'string' },
  limit: { type: 'string' },
  jobs: { type: 'string' },
  deadline: { type: 'string' },
  drift: { type: 'string' },
  'accepted-drift': { type: 'string' },
  'accept-drift': { type: 'boolean' },
  elsewhere: { type: 'boolean' },
  fast: { type: 'boolean' },
  strict: { type: 'boolean' },
  'show-values': { type: 'boolean' },
  'no-cache': { type: 'boolean' },
  json: { type: 'boolean' },
  junit: { type: 'string' },
  lcov: { type: 'string' },
  github: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

type Flags = ReturnType<typeof parse<typeof options>>['values'];

export async function replay(argv: readonly string[], io: Io): Promise<Status> {
  const { values, positionals } = parse(argv, options);
  if (values.help) return (io.out(usage), 0);
  checkFlags(values, positionals);
  const { loadConfig, ConfigError, ServerError } = await import('../config/index.js');
  const harness = await import('../replay/index.js');
  try {
    const config = await loadConfig({
      cwd: io.cwd,
      ...(values.config !== undefined && { file: values.config }),
    });
    return await run(values, positionals, config, harness, io);
  } catch (error) {
    if (io.tty) io.progress('');
    if (error instanceof ServerError) return (io.err(`longhaul replay: ${error.message}`), 3);
    const { AcceptedDriftError, CodecError, EmptyCorpusError, HistoryPathError, ManifestError, WorkflowBundleError } =
      harness;
    const kinds = [
      AcceptedDriftError,
      CodecError,
      ConfigError,
      EmptyCorpusError,
      HistoryPathError,
      ManifestError,
      WorkflowBundleError,
    ];
    if (!kinds.some((kind) => error instanceof kind)) throw error;
    const isFirst = error instanceof HistoryPathError && positionals.length === 0;
    const next = isFirst ? ' Save one with longhaul record, or name the files and folders to replay.' : '';
    io.err(`longhaul replay: ${(error as Error).message.replaceAll(`${io.cwd}/`, '')}${next}`);
    return 2;
  }
}

async function run(
  values: Flags,
  positionals: readonly string[],
  config: LoadedConfig,
  harness: typeof import('../replay'),
  io: Io,
): Promise<Status> {
  const workflowsPath = values.workflows === undefined ? config.workflowsPath : resolve(io.cwd, values.workflows);
  if (workflowsPath === undefined) {
    throw new UsageError('--workflows FILE is missing: the file that exports the workflow functions. See --help.');
  }
  const { replayOptionsOf } = await import('../config/index.js');
  const shown = (path: string) => relative(io.cwd, path) || path;
  const paths = positionals.length > 0 ? positionals.map((path) => resolve(io.cwd, path)) : [...config.histories];
  const live: { words?: string } = {};
  const loaded = values.live
    ? await liveHistories(values, io, (words) => (live.words = words))
    : await harness.loadHistories(paths, {
        ...(values['workflow-id'] !== undefined && { workflowId: values['workflow-id'] }),
      });
  const histories = await harness.decodeLoaded(loaded, {
    codecs: () => configuredCodecs(config, io),
    ownConverter: config.dataConverter?.payloadConverterPath !== undefined,
    ...(io.env.TEMPORAL_NAMESPACE !== undefined && { namespace: io.env.TEMPORAL_NAMESPACE }),
  });
  const toWrite = values['accept-drift'] ?? false;
  const drift = await driftFiles({ file: values['accepted-drift'], paths, toWrite }, io);
  const report = await harness.replayHistories({
    workflowsPath,
    histories: histories.map((history) => ({ ...history, file: values.live ? history.file : shown(history.file) })),
    replayOptions: await replayOptionsOf(config),
    ...replayFlags(values, config),
    acceptedDrift: drift.accepted,
    signal: io.signal,
    onResult: ({ file }, done) => {
      if (io.tty) io.progress(`${done} of ${histories.length} replayed: ${file}`);
    },
  });
  if (io.tty) io.progress('');
  if (live.words !== undefined) report.policies.push({ policy: 'coverage', level: 'warning', message: live.words });
  if (toWrite) {
    const added = await harness.writeAcceptedDrift(drift.file, drift.inFile, report.histories);
    io.err(`longhaul replay: ${added} added to ${shown(drift.file)}.`);
  }
  await print(
    values,
    { shown: withRelativePaths(report, shown), report, isPart: live.words !== undefined },
    harness,
    io,
  );
  return statusOf(report, io);
}

function checkFlags(values: Flags, positionals: readonly string[]): void {
  const { live, query, limit, drift } = values;
  if (drift !== undefined && !['off', 'warn', 'error'].includes(drift)) {
    throw new UsageError(`--drift takes off, warn or error, not ${JSON.stringify(drift)}.`);
  }
  if (values.fast && values['no-cache']) {
    throw new UsageError('--fast goes by what it keeps in the cache: leave --no-cache out.');
  }
  if (live && positionals.length > 0) throw new UsageError('--live replays no files: leave the paths out.');
  if (!live && (query !== undefined || values['build-id'] !== undefined || limit !== undefined)) {
    throw new UsageError('--query, --build-id and --limit belong to --live.');
  }
}

function replayFlags(values: Flags, config: LoadedConfig): Partial<ReplayHistoriesOptions> {
  const jobs = parseNumber('--jobs', values.jobs, 1, 64);
  const deadline = parseNumber('--deadline', values.deadline, 1, 86_400);
  return {
    ...(jobs !== undefined && { jobs }),
    ...(deadline !== undefined && { deadlineMs: deadline * 1_000 }),
    drift: (values.drift ?? 'warn') as 'off' | 'warn' | 'error',
    showValues: values['show-values'] ?? false,
    elsewhere: values.elsewhere ?? false,
    fast: values.fast ?? false,
    cache: !values['no-cache'],
    policies: { strict: values.strict ?? false, longRunning: longRunningTypes(config) },
  };
}

/** Types of the catalog that are expected to take a day or more. */
function longRunningTypes({ catalog = {} }: LoadedConfig): string[] {
  return Object.entries(catalog).flatMap(([type, { expectedMaxDuration }]) =>
    expectedMaxDuration !== undefined &&
    lengthOfTime('expectedMaxDuration', expectedMaxDuration, { most: Number.MAX_VALUE }) >= 86_400_000
      ? [type]
      : [],
  );
}

/** @param onPart Is told, in words, where only a part of the runs is replayed. */
async function liveHistories(values: Flags, io: Io, onPart: (words: string) => void): Promise<LoadedHistory[]> {
  const { connect, ServerError } = await import('../config/index.js');
  const { fetchLiveHistories } = await import('../replay/index.js');
  const { connection, address, namespace, close } = await connect({ env: io.env });
  try {
    const histories = await fetchLiveHistories({
      workflowService: connection.workflowService,
      namespace,
      ...(values.query !== undefined && { query: values.query }),
      ...(values['build-id'] !== undefined && { buildId: values['build-id'] }),
      limit: parseNumber('--limit', values.limit, 1, 1_000_000) ?? 1_000,
      signal: io.signal,
      onListed: ({ runs, taken, cut }) => {
        const all = cut ? `${runs} and more` : String(runs);
        const ended = cut ? '; the listing ended there, so narrow it by --query' : '';
        if (taken < runs || cut)
          onPart(`Of ${all} runs ${taken} were replayed, of each type the oldest: --limit sets how many${ended}.`);
      },
      onProgress: (words) => {
        if (io.tty) io.progress(`${address} ${namespace}: ${words}`);
      },
    });
    if (histories.length === 0) throw new UsageError(nothingLive(values, { address, namespace }));
    return histories;
  } catch (error) {
    if (io.signal.aborted || error instanceof UsageError) throw error;
    const refused = ServerError.from(error, 'read the runs', { address, namespace });
    if (refused.code === 3) throw new UsageError(refused.message); // the query
    throw refused;
  } finally {
    await close();
  }
}

function nothingLive(values: Flags, { address, namespace }: { address: string; namespace: string }): string {
  const build = values['build-id'] === undefined ? '' : ` of build ${values['build-id']}`;
  const asked = values.query === undefined ? `is open${build}` : `${build && `is${build} and `}matches ${values.query}`;
  return (
    `There is no history to replay: no run in namespace ${namespace} at ${address} ${asked}. ` +
    'Name another namespace by TEMPORAL_NAMESPACE, or other runs by --query.'
  );
}

async function print(
  values: Flags,
  { shown, report, isPart }: { shown: ReplayReport; report: ReplayReport; isPart: boolean },
  harness: typeof import('../replay'),
  io: Io,
): Promise<void> {
  const text = harness.formatReport(report, { cwd: io.cwd });
  io.out(values.json ? JSON.stringify(shown) : text);
  await save(values.junit, harness.formatJunit(shown), io);
  await save(values.lcov, harness.formatLcov(report.coverage), io);
  if (values['build-id'] !== undefined && !values.json) io.out(unneededPatches(report, isPart));
  if (!values.github) return;
  const annotations = harness.formatGithubAnnotations(withRelativePaths(report, fromRepository(io)));
  // On stdout, where GitHub reads them, unless a program reads that.
  if (annotations !== '') (values.json ? io.err : io.out)(annotations);
  const { GITHUB_STEP_SUMMARY: summary } = io.env;
  if (summary) await appendFile(summary, harness.formatGithubSummary(shown));
}

/** GitHub takes paths to be relative to the repository, which a package of a monorepo need not be. */
function fromRepository({ cwd, env }: Io): (path: string) => string {
  const { GITHUB_WORKSPACE: root } = env;
  const isInside = root !== undefined && root !== '' && !/^\.\.(?:[\\/]|$)/.test(relative(root, cwd));
  return (path) => relative(isInside ? root : cwd, path) || path;
}

/** What the open runs of a build say of the patches in the code: those that none of them is from before. */
function unneededPatches({ coverage, summary }: ReplayReport, isPart: boolean): string {
  const done = coverage.patches.filter(({ inCode, notTaken }) => inCode && notTaken === 0).map(({ id }) => id);
  if (done.length === 0) return 'Each patch in the code is needed by some run.';
  // Of a run whose replay did not come to its end nobody knows which patches it asks for; nor of one that was not looked at.
  const { pass, drift, skipped, total } = summary;
  const unknown = total - pass - drift - skipped;
  if (unknown > 0 || isPart) {
    const why = unknown > 0 ? `${unknown} did not replay` : 'others were not looked at';
    return `Of the runs that replay none is from before ${done.join(', ')}, but ${why}: leave patched('…') as it is until all replay.`;
  }
  return `No run is from before: ${done.join(', ')}. For these runs patched('…') may become deprecatePatch('…').`;
}

async function save(file: string | undefined, content: string, io: Io): Promise<void> {
  if (file === undefined) return;
  const path = resolve(io.cwd, file);
  try {
    await makeFolder(dirname(path));
    await writeFile(path, content);
  } catch (cause) {
    throw new UsageError(`${file} can't be written: ${(cause as Error).message}.`, { cause });
  }
}

function statusOf({ summary, policies }: ReplayReport, io: Io): Status {
  if (summary.nondeterminism + summary.failed + summary.timeout > 0) return 1;
  if (summary.invalid > 0) return 2;
  if (policies.some(({ level }) => level === 'error')) return 1;
  if (summary.pass + summary.drift > 0) return 0;
  io.err('longhaul replay: no history holds anything to replay, so nothing was checked.');
  return 2;
}
