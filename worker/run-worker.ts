import { existsSync } from 'node:fs';
import type { NativeConnection, WorkerOptions } from '@temporalio/worker';
import type { Duration } from '../workflows/duration';
import { lengthOfTime } from '../workflows/duration';
import { checkKnown, isMisspelling, shown } from '../workflows/options';
import { connectionCheck } from './connection-check';
import { Drain } from './drain';
import { connectFromEnvironment } from './environment-connection';
import type { EnvironmentProfile } from './environment-profile';
import { serveHealth } from './health-server';
import type { HealthOptions, HealthServer } from './health-server';
import { LonghaulPlugin } from './plugin';
import type { LonghaulPluginOptions } from './plugin';

/** The SDK's worker options, `workerDeploymentOptions` among them, and: */
export interface RunWorkerOptions extends Omit<WorkerOptions, 'shutdownGraceTime' | 'shutdownForceTime'> {
  /** What it works over; it stays open. @default made as `TEMPORAL_ADDRESS` and `temporal.toml` say, and closed at the end */
  connection?: NativeConnection;

  /** Which profile of `temporal.toml`, and where from. @default the environment's */
  profile?: EnvironmentProfile;

  /** Options of the `LonghaulPlugin` that it adds, unless `plugins` has one. @default the plugin's own defaults */
  longhaul?: LonghaulPluginOptions;

  /** Where `/livez` and `/readyz` are served. @default nowhere */
  health?: HealthOptions;

  /** Called once, when the worker polls. */
  onRunning?: () => void;

  /** Signals that drain the worker; the second one ends the process with status 1. @default ['SIGTERM', 'SIGINT'] */
  signals?: readonly NodeJS.Signals[];

  /**
   * How long activities may take to end by themselves once the worker drains; then they are told by their cancellation signal. A
   * `longActivity` is told at once, commits, and hands over.
   * @default '10 seconds'
   */
  shutdownGraceTime?: Duration;

  /** How long draining may take altogether, before the worker is given up. Keep it under the platform's own limit. @default '25 seconds' */
  shutdownForceTime?: Duration;
}

/**
 * Runs a worker as a process of its own should: with the plugin, over the connection that the environment names, with health
 * endpoints, and with a drain at SIGTERM in which nothing is lost.
 *
 * `Worker.run` alone cancels activities at once when the process is asked to end, waits for them for ever, and tells nobody
 * whether it polls.
 *
 * @returns when the worker has drained and everything is closed: the process then ends by itself, with status 0.
 * @throws Error when it can't start, when the worker fails, or when it did not drain within `shutdownForceTime`; left unhandled, it ends
 *   the process with status 1. Work in hand is done again by another worker when it times out.
 */
export async function runWorker(options: RunWorkerOptions): Promise<void> {
  checkRunWorker(options);
  const { profile, longhaul, health, onRunning, signals = ['SIGTERM', 'SIGINT'], ...given } = options;
  const { shutdownGraceTime = '10 seconds', shutdownForceTime = '25 seconds', plugins = [], ...workerOptions } = given;
  const drain = new Drain(signals);
  let isConnected = (): Promise<boolean> => Promise.resolve(false);
  let server: HealthServer | undefined;
  let opened: NativeConnection | undefined;
  try {
    if (health) {
      server = await serveHealth(health, {
        livez: () => ({ ok: drain.state !== 'FAILED', state: drain.state }),
        readyz: async () => {
          const { state, requested: draining } = drain;
          const connected = await isConnected();
          return { ok: connected && !draining && state === 'RUNNING', state, draining, connected };
        },
      });
    }
    const { Worker } = await import('@temporalio/worker');
    const environment = options.connection ? undefined : await connectFromEnvironment(profile);
    opened = environment?.connection;
    const { connection = opened, namespace = environment?.namespace } = options;
    if (connection) isConnected = connectionCheck(connection);
    const worker = await Worker.create({
      ...workerOptions,
      shutdownGraceTime,
      shutdownForceTime,
      ...(connection ? { connection } : {}),
      ...(namespace === undefined ? {} : { namespace }),
      plugins: plugins.some(({ name }) => name === 'longhaul') ? plugins : [...plugins, new LonghaulPlugin(longhaul)],
    });
    await drain.run(worker, onRunning);
  } finally {
    drain.close();
    // One that did not drain holds it still; what that threw says more.
    await opened?.close().catch(() => undefined);
    await server?.close();
  }
}

/** Options without which the SDK's own message is of something else. It may have more than are known here, so only what resembles one is refused. */
const spelled = [
  ...['workflowsPath', 'workflowBundle', 'activities', 'connection', 'namespace', 'plugins', 'interceptors'],
  ...['dataConverter', 'identity', 'bundlerOptions', 'profile', 'longhaul', 'health', 'signals', 'onRunning'],
  ...['shutdownGraceTime', 'shutdownForceTime'],
];

function checkSpelling(options: RunWorkerOptions): void {
  for (const name of Object.keys(Object(options) as object)) {
    if (spelled.includes(name)) continue;
    const meant = spelled.find((known) => isMisspelling(name, known));
    if (meant !== undefined) throw new TypeError(`runWorker: '${name}' is no option; use ${meant}`);
  }
}

/** What the SDK does not check itself, or only once it has a connection. */
function checkRunWorker(options: RunWorkerOptions): void {
  const { taskQueue, health, shutdownGraceTime, shutdownForceTime } = Object(options) as Partial<RunWorkerOptions>;
  if (typeof taskQueue !== 'string' || taskQueue === '') {
    throw new TypeError(`runWorker: taskQueue is ${shown(taskQueue)}; use the name of the task queue that it works on`);
  }
  checkSpelling(options);
  checkWorkflowsPath(options.workflowsPath);
  checkKnown('runWorker', 'health', health, ['port', 'host']);
  if (health && !(Number.isInteger(health.port) && health.port >= 0 && health.port <= 65_535)) {
    throw new TypeError(
      `runWorker: health.port is ${shown(health.port)}; use a port from 0 to 65535, 0 for a free one`,
    );
  }
  if (shutdownGraceTime !== undefined) lengthOfTime('runWorker: shutdownGraceTime', shutdownGraceTime, { least: 0 });
  if (shutdownForceTime !== undefined) lengthOfTime('runWorker: shutdownForceTime', shutdownForceTime, { least: 0 });
}

/** The SDK takes the name of a file or folder as it is; what it throws for one that is not there speaks of `stat`. */
function checkWorkflowsPath(path: unknown): void {
  if (path === undefined || (typeof path === 'string' && existsSync(path))) return;
  throw new TypeError(
    `runWorker: workflowsPath is ${shown(path)}${typeof path === 'string' ? ', where nothing is' : ''}; use the path of the file that exports the workflows: require.resolve('./workflows'), or in an ES module fileURLToPath(new URL('./workflows.js', import.meta.url))`,
  );
}
