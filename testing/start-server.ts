import { ensureSearchAttributes, type SearchAttributeTypes } from './search-attributes';
import { messageOf, ServerUnavailableError } from './errors';
import { freePort } from './free-port';
import { locateServer, type LocatedServer } from './locate-server';
import { logToStderr, type Log } from './progress';
import { supervise, type Supervised } from './supervised';
import { clientSdk } from './sdk';
import { timeControl, type TimeControl } from './time-control';
import { untilReady } from './until-ready';

export interface StartServerOptions {
  /**
   * `'dev'` is a real Temporal server. `'time-skipping'` is the SDKs' test server, whose clock can be moved and which lacks
   * visibility lists, schedules, deployments and reset.
   *
   * @default 'dev'
   */
  kind?: 'dev' | 'time-skipping';

  /** Created if need be; the test server has `'default'` only. @default 'default' */
  namespace?: string;

  /** The gRPC port. @default a free one */
  port?: number;

  /** Serves the Web UI; dev server only. @default false */
  ui?: boolean;

  /** The Web UI's port. @default a free one */
  uiPort?: number;

  /** Keeps all state in this SQLite file, so that a later start finds it; dev server only. @default in memory */
  dbFilename?: string;

  /**
   * SQLite's settings for the file: `{ journal_mode: 'wal', synchronous: 'normal' }` makes it several times faster, and what was
   * acknowledged still survives the death of the process, though not each loss of power.
   *
   * @default SQLite's own
   */
  sqlitePragmas?: Readonly<Record<string, string>>;

  /** Registers search attributes: `{ TeamOwner: 'Keyword' }`. */
  searchAttributes?: SearchAttributeTypes;

  /** Values for the server's dynamic configuration, over those that make it fast; dev server only. */
  dynamicConfig?: Readonly<Record<string, string | number | boolean>>;

  /** What the server logs; seen in the message when it fails to start. @default 'error' */
  logLevel?: 'debug' | 'info' | 'warn' | 'error' | 'never';

  /**
   * Takes the server at `LONGHAUL_TEST_ADDRESS`, where that is set, instead of starting one; dev server only.
   *
   * @default true, unless `port`, `ui`, `uiPort`, `dbFilename` or `dynamicConfig` ask for a server of their own
   */
  reuse?: boolean;

  /** How long the server may take to answer once it is started, in milliseconds. @default 30_000 */
  readyWithinMs?: number;

  /** Where settings and programs are looked for. @default process.env */
  env?: NodeJS.ProcessEnv;

  /** Takes the lines that say which server is used and what is waited for. @default writes to stderr */
  log?: Log;
}

/** A Temporal server for tests and development. */
export interface Server {
  readonly address: string;
  readonly namespace: string;

  /** Where the Web UI is, if it is served. */
  readonly uiUrl: string | undefined;

  /** Which way the server was found, for people. */
  readonly source: string;

  /** The process id of the server; `undefined` if it was running before. */
  readonly pid: number | undefined;

  /** Ends the server, if it was started here. */
  stop(): Promise<void>;
}

/** A server whose clock stands still with respect to timers until it is told otherwise. */
export interface TimeSkippingServer extends Server {
  readonly time: TimeControl;
}

/**
 * What makes the server slow on purpose is lifted: 20 polls a second, by which each step waits up to 50 ms; timers that are
 * read up to a second late; a second between two runs of one workflow id, which each continue-as-new would wait for; and
 * the four partitions of a task queue, between which a lone task and a lone poller may miss each other for seconds.
 */
const FAST = {
  'history.transferProcessorMaxPollRPS': 2_000,
  'history.timerProcessorMaxPollRPS': 2_000,
  'history.visibilityProcessorMaxPollRPS': 2_000,
  'history.timerProcessorMaxTimeShift': '1ms',
  'history.workflowIdReuseMinimalInterval': '0s',
  'matching.numTaskqueueReadPartitions': 1,
  'matching.numTaskqueueWritePartitions': 1,
} as const;

const PORT_ATTEMPTS = 3;

/**
 * Starts a Temporal server, wherever it has to come from, and waits until it answers.
 *
 * The SDK's `TestWorkflowEnvironment` needs its download host; this finds or builds a server without it, starts it tuned
 * for tests, and shares one that `LONGHAUL_TEST_ADDRESS` names. `TEMPORAL_ADDRESS` is never read: it may be production.
 * The server ends with this process, however that ends.
 *
 * @throws ServerUnavailableError when no server is found, or it does not answer in time.
 * @throws MissingPackageError when `@temporalio/client` is not installed.
 */
export async function startServer(options: StartServerOptions & { kind: 'time-skipping' }): Promise<TimeSkippingServer>;
export async function startServer(options?: StartServerOptions): Promise<Server>;
export async function startServer(options: StartServerOptions = {}): Promise<Server | TimeSkippingServer> {
  const { kind = 'dev', env = process.env, log = logToStderr, searchAttributes = {} } = options;
  const { port, ui, uiPort, dbFilename, dynamicConfig } = options;
  const { reuse = [port, ui, uiPort, dbFilename, dynamicConfig].every((option) => option === undefined) } = options;
  const shared = env.LONGHAUL_TEST_ADDRESS;
  if (kind === 'dev' && reuse && shared) return await runningServer(shared, options);

  clientSdk(); // what it is waited with; without it nothing need be looked for
  const located = await locateServer({ kind, env, log });
  const begun = Date.now();
  const server = await startOnFreePort(located, options);
  log(`${kind} server at ${server.address} by ${located.source}, ready in ${Date.now() - begun} ms`);
  if (kind === 'dev') return server;
  await ensureSearchAttributes({ address: server.address, namespace: server.namespace, searchAttributes });
  const time = await timeControl(server.address);
  return {
    ...server,
    time,
    async stop() {
      await time.close();
      await server.stop();
    },
  };
}

async function runningServer(address: string, options: StartServerOptions): Promise<Server> {
  const { namespace = 'default', log = logToStderr, searchAttributes = {} } = options;
  const answerWithinMs = 5_000;
  try {
    await untilReady({ address, namespace, deadlineMs: answerWithinMs });
  } catch (error) {
    throw new ServerUnavailableError(
      `LONGHAUL_TEST_ADDRESS is ${address}, where no Temporal server with the namespace ${namespace} answered within ${answerWithinMs / 1_000} s: ${messageOf(error)}`,
      { cause: error },
    );
  }
  await ensureSearchAttributes({ address, namespace, searchAttributes });
  log(`dev server at ${address} by LONGHAUL_TEST_ADDRESS`);
  return {
    address,
    namespace,
    uiUrl: undefined,
    source: 'LONGHAUL_TEST_ADDRESS',
    pid: undefined,
    stop: () => Promise.resolve(),
  };
}

/** Starts it again when another process took the free port in the meantime. */
async function startOnFreePort(located: LocatedServer, options: StartServerOptions): Promise<Server> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await startOnce(located, options);
    } catch (error) {
      const taken = /address already in use|failed to bind/i.test(messageOf(error));
      if (!taken || options.port !== undefined || attempt === PORT_ATTEMPTS) throw error;
    }
  }
}

async function startOnce(located: LocatedServer, options: StartServerOptions): Promise<Server> {
  const { kind = 'dev', namespace = 'default', ui = false, readyWithinMs = 30_000, env = process.env } = options;
  const { port = await freePort() } = options;
  const { uiPort = ui ? await freePort() : 0 } = options;
  const address = `127.0.0.1:${port}`;
  const args = kind === 'dev' ? devServerArgs({ ...options, port, uiPort }) : [String(port)];

  let running: Supervised;
  try {
    running = await supervise(located.command, [...located.args, ...args], {
      env,
      // Only a state that is kept needs time to be written.
      graceMs: options.dbFilename === undefined ? 0 : 5_000,
    });
  } catch (error) {
    throw new ServerUnavailableError(`The ${kind} server (${located.source}) can't be started: ${messageOf(error)}`, {
      cause: error,
    });
  }
  const early = new AbortController();
  void running.exited.then(({ code, signal }) =>
    early.abort(new Error(`it ended with ${signal ?? `status ${code ?? 'unknown'}`}`)),
  );
  try {
    await untilReady({ address, namespace, deadlineMs: readyWithinMs, signal: early.signal });
    early.signal.throwIfAborted();
  } catch (error) {
    await running.stop();
    throw new ServerUnavailableError(
      `The ${kind} server (${located.source}) did not answer at ${address} within ${readyWithinMs} ms: ${messageOf(error)}\nIts output ends with:\n${running.output.tail()}`,
      { cause: error },
    );
  }
  running.unref();
  return {
    address,
    namespace,
    uiUrl: ui ? `http://127.0.0.1:${uiPort}` : undefined,
    source: located.source,
    pid: running.pid,
    stop: () => running.stop(),
  };
}

function devServerArgs(options: StartServerOptions & { port: number; uiPort: number }): string[] {
  const { port, ui = false, uiPort, namespace = 'default', dbFilename, logLevel = 'error' } = options;
  const { searchAttributes = {}, dynamicConfig = {}, sqlitePragmas = {} } = options;
  const config = Object.entries({ ...FAST, ...dynamicConfig });
  return [
    'server',
    'start-dev',
    ...['--ip', '127.0.0.1', '--port', String(port), '--log-level', logLevel],
    ...(ui ? ['--ui-port', String(uiPort)] : ['--headless']),
    ...(namespace === 'default' ? [] : ['--namespace', namespace]),
    ...(dbFilename === undefined ? [] : ['--db-filename', dbFilename]),
    ...Object.entries(sqlitePragmas).flatMap(([name, value]) => ['--sqlite-pragma', `${name}=${value}`]),
    ...config.flatMap(([key, value]) => ['--dynamic-config-value', `${key}=${JSON.stringify(value)}`]),
    ...Object.entries(searchAttributes).flatMap(([name, type]) => ['--search-attribute', `${name}=${type}`]),
  ];
}
