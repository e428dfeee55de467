import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { WatchEvent, WatchMetrics } from '../client';
import type { Io, Status } from './io';
import { openClient, serverOptions, serverUsage } from './open-client';
import { parse, parseDuration, parseNumber, UsageError } from './parse';
import { watchEventText, watchText } from './render/watch-text';

const usage = `Usage: longhaul watch [options]

Finds running workflows that are overdue or stuck. Limits and teams come from the catalog of longhaul.config.ts.
Run it elsewhere than the workers that it watches.

  --follow           look again and again, and tell of each case once when it comes and once when it is over
  --every T          between two looks, such as 30s or 5m; default: 1m
  --rate N           calls to the server a second; default: 20
  --visibility-rate N
                     how many of these may be counts and lists; default: 5, half of what servers let a namespace have
  --sweep N          how many running workflows each look describes beside the suspects; default: as many as the rate lets
  --state FILE       where is kept what was told of; default: .longhaul/watch.json, or watch-NAMESPACE.json of another than default
  --hook FILE        a module whose default export is called with each alert and each end of one
  --metrics PORT     serve GET /metrics for Prometheus; with --follow
  --host H           the address that it listens on; default: 127.0.0.1
  --json             print one JSON object, or with --follow one for each event
${serverUsage}
  --help             show this

Exit status: 0 nothing is wrong, 1 something is, 2 wrong use, 3 the environment failed. With --follow 0 when it is stopped.`;

const options = {
  ...serverOptions,
  follow: { type: 'boolean' },
  every: { type: 'string' },
  rate: { type: 'string' },
  'visibility-rate': { type: 'string' },
  sweep: { type: 'string' },
  state: { type: 'string' },
  hook: { type: 'string' },
  metrics: { type: 'string' },
  host: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

type Hook = (event: WatchEvent) => void | Promise<void>;

export async function watch(argv: readonly string[], io: Io): Promise<Status> {
  const { values, positionals } = parse(argv, options);
  if (values.help) return (io.out(usage), 0);
  if (positionals[0] !== undefined)
    throw new UsageError(`takes no argument ${JSON.stringify(positionals[0])}. See --help.`);
  const { follow = false, json = false } = values;
  if (values.metrics !== undefined && !follow) throw new UsageError('--metrics goes with --follow.');
  if (values.host !== undefined && values.metrics === undefined) throw new UsageError('--host goes with --metrics.');
  const port = parseNumber('--metrics', values.metrics, 0, 65_535);
  const every = parseDuration('--every', values.every);
  const rate = parseNumber('--rate', values.rate, 1, 10_000);
  const visibilityRate = parseNumber('--visibility-rate', values['visibility-rate'], 1, 10_000);
  const sweep = parseNumber('--sweep', values.sweep, 0, 10_000_000);
  const hook = values.hook === undefined ? undefined : await loadHook(values.hook, io);
  const { loadConfig } = await import('../config/load-config.js');
  const config = await loadConfig({ cwd: io.cwd, ...(values.config === undefined ? {} : { file: values.config }) });
  const { Watch, fileStore, serveWatchMetrics } = await import('../client/index.js');
  const { ServerError } = await import('../config/server-error.js');
  const stateOf = async (file: string) => {
    const store = fileStore(resolve(io.cwd, file));
    const state = await store.load().catch((error: unknown) => {
      const { code = 'unknown' } = error as NodeJS.ErrnoException;
      const why = code === 'EISDIR' ? 'it is a folder' : code;
      throw new UsageError(`--state: ${file} can't be read: ${why}.`, { cause: error });
    });
    return { store, of: state?.namespace };
  };
  if (values.state !== undefined) {
    // Before anything is begun.
    await stateOf(values.state);
    if (await isOfOthers(resolve(io.cwd, values.state)))
      throw new UsageError(`--state: ${values.state} is no state of a watch; name another file, or remove it.`);
  }

  // One that is started while the server is away is to tell of that, too.
  const { client, address, namespace, unanswered, close } = await openClient(io, values, config, { patient: follow });
  if (unanswered) io.err(`longhaul watch: ${unanswered.message} It is asked again and again.`);
  let metrics: WatchMetrics | undefined;
  try {
    const file = values.state ?? stateFile(namespace);
    const { store, of = namespace } = await stateOf(file);
    // It would be forgotten, and each of its cases told anew.
    if (of !== namespace)
      throw new UsageError(`--state: ${file} is of namespace ${of}; keep that of ${namespace} in a file of its own.`);
    const tell = async (event: WatchEvent): Promise<void> => {
      if (follow) io.out(json ? JSON.stringify(event) : watchEventText(event));
      await hook?.(event);
    };
    const watching = made(
      () =>
        new Watch(client, {
          ...(config.catalog === undefined ? {} : { catalog: config.catalog }),
          ...(config.taskQueue === undefined ? {} : { taskQueues: [config.taskQueue] }),
          ...(every === undefined ? {} : { every }),
          ...(rate === undefined ? {} : { callsPerSecond: rate }),
          ...(visibilityRate === undefined ? {} : { visibilityCallsPerSecond: visibilityRate }),
          ...(sweep === undefined ? {} : { sweep }),
          store,
          onEvent: tell,
          signal: io.signal,
        }),
    );
    if (follow && unanswered === undefined) {
      // An outage is waited for; a name that is wrong will not come right.
      await client.workflowService.describeNamespace({ namespace }).catch((error: unknown) => {
        const failed = ServerError.from(error, `watch ${namespace}`, { address, namespace });
        if (failed.code === 5) throw failed;
      });
    }
    if (!follow) {
      const report = await watching.scan().catch((error: unknown) => {
        throw ServerError.from(error, `watch ${namespace}`, { address, namespace });
      });
      io.out(json ? JSON.stringify(report) : watchText(report));
      return report.ok ? 0 : 1;
    }
    if (port !== undefined) {
      metrics = await serveWatchMetrics({ port, ...(values.host === undefined ? {} : { host: values.host }) }).catch(
        (error: unknown) => {
          throw new UsageError(
            `--metrics: port ${port} can't be listened on (${(error as NodeJS.ErrnoException).code ?? 'unknown'}).`,
          );
        },
      );
      io.err(`longhaul watch: metrics on port ${metrics.port}`);
    }
    await watching.follow((report) => {
      metrics?.report(report);
      for (const warning of report.warnings) io.err(`longhaul watch: ${warning}`);
      const { running, looked } = report.coverage;
      io.progress(`${report.at}: ${running} run, ${looked} looked at`);
    });
    return 0;
  } finally {
    await metrics?.close();
    await close();
  }
}

/** Where is kept what was told of a namespace. */
export function stateFile(namespace: string): string {
  return namespace === 'default' ? '.longhaul/watch.json' : `.longhaul/watch-${encodeURIComponent(namespace)}.json`;
}

/** Whether a file holds what a watch never wrote: it would be written over. Zeros are what a crash of the machine leaves. */
async function isOfOthers(path: string): Promise<boolean> {
  const text = await readFile(path, 'utf8').catch(() => '');
  return !text.startsWith('{"schema":"longhaul.watch-state/') && /[^\0\s]/.test(text);
}

/** An option or a catalog entry that is out of range is wrong use, not a defect. */
function made<T>(make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (error instanceof TypeError) throw new UsageError(`${error.message.replace(/^Watch: /, '')}.`);
    throw error;
  }
}

async function loadHook(file: string, io: Io): Promise<Hook> {
  const path = resolve(io.cwd, file);
  const { defaultExport, loadModule, whyNotLoaded } = await import('../config/index.js');
  let hook: unknown;
  try {
    hook = defaultExport((await loadModule(path)).exported);
  } catch (error) {
    throw new UsageError(`--hook: ${file} can't be loaded: ${whyNotLoaded(error, path)}`, { cause: error });
  }
  if (typeof hook !== 'function') throw new UsageError(`--hook: the default export of ${file} is no function.`);
  return hook as Hook;
}
