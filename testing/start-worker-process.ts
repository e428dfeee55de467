import { EventEmitter } from 'node:events';
import { join } from 'node:path';

import { WorkerProcessError } from './errors';
import type { Exit } from './supervise';
import { supervise } from './supervised';
import { CHANNEL_VARIABLE, readLines, type WorkerReport } from './worker-channel';
import type { WorkerOrder } from './worker-process';
import { workerChannels } from './worker-channels';

export interface WorkerProcessOptions {
  /** Where the server is, as `startServer` or `useServer` tell it. */
  address: string;
  taskQueue: string;

  /** @default 'default' */
  namespace?: string;

  /** The workflows' module. */
  workflowsPath?: string;

  /** A bundle on disk, made by `bundleWorkflowCode`; saves each process the seconds of bundling. */
  workflowBundlePath?: string;

  /**
   * The activities' module: its exports, or its default export, which may be an async function that makes them, or that
   * makes `{ activities, close }`.
   */
  activitiesPath?: string;

  /** Modules whose default export is a plugin, or a function that makes one. @default none */
  plugins?: readonly string[];

  /** Further worker options, as far as JSON can carry them. @default none */
  workerOptions?: Record<string, unknown>;

  /** Added to this process's environment. */
  env?: Readonly<Record<string, string>>;

  /** Node's own flags, such as those that load TypeScript. @default those of this process, without the debugger's */
  execArgv?: readonly string[];
}

/** A worker that runs as a process of its own. */
export interface WorkerProcess {
  readonly pid: number;

  /** Resolves when the worker polls; rejects with `WorkerProcessError` when the process ends before. */
  readonly ready: Promise<void>;

  /** The activities that it has, once it is ready; undefined where it does not tell. */
  readonly activities?: readonly string[] | undefined;

  /** Resolves when the process has ended, however it did. */
  readonly exited: Promise<Exit>;

  /** The last 16,384 characters that the process wrote. */
  readonly output: string;

  /** Sends a signal and waits for the process to end. @default 'SIGKILL' */
  kill(signal?: NodeJS.Signals): Promise<void>;
}

/**
 * Starts a real worker as a process of its own, so that a test can crash it: an in-process worker can't be killed.
 *
 * The process ends with this one, however this one ends.
 */
export async function startWorkerProcess(options: WorkerProcessOptions): Promise<WorkerProcess> {
  const { address, taskQueue, namespace = 'default', plugins = [], workerOptions = {}, env = {} } = options;
  const { execArgv = process.execArgv.filter((flag) => !flag.startsWith('--inspect')) } = options;
  const { workflowsPath, workflowBundlePath, activitiesPath } = options;
  const order: WorkerOrder = {
    ...(workflowsPath === undefined ? {} : { workflowsPath }),
    ...(workflowBundlePath === undefined ? {} : { workflowBundlePath }),
    ...(activitiesPath === undefined ? {} : { activitiesPath }),
    plugins,
    taskQueue,
    address,
    namespace,
    workerOptions,
  };
  const entry = join(__dirname, 'worker-process.js');
  return startWorkerCommand([...execArgv, entry, JSON.stringify(order)], { env, taskQueue });
}

/**
 * Starts any Node program that runs a worker and tells so on its file descriptor 3, as `longhaul worker` does.
 *
 * @param args Node's own flags, the program, and its arguments.
 */
export async function startWorkerCommand(
  args: readonly string[],
  {
    env = {},
    taskQueue,
    cwd,
    onLine,
  }: Pick<WorkerProcessOptions, 'env' | 'taskQueue'> & {
    cwd?: string;
    onLine?: (line: string) => void;
  },
): Promise<WorkerProcess> {
  const running = await supervise(process.execPath, args, {
    env: { ...process.env, ...env, [CHANNEL_VARIABLE]: '1' },
    ...(cwd === undefined ? {} : { cwd }),
    ...(onLine === undefined ? {} : { onLine }),
    channel: true,
    graceMs: 0,
  });
  const reports = new EventEmitter<{ report: [WorkerReport] }>();
  if (running.channel) readLines(running.channel, (report) => void reports.emit('report', report as WorkerReport));
  let activities: readonly string[] | undefined;
  const ready = new Promise<void>((resolve, reject) => {
    reports.once('report', (report) => {
      if (report.type === 'ready') ({ activities } = report);
      // Before anyone who waits for it goes on, and may want to hold this process open for the worker's end.
      running.unref();
      resolve();
    });
    void running.exited.then(({ code, signal }) => {
      const how = signal ?? `status ${code ?? 'unknown'}`;
      const reason = firstErrorIn(running.output.text);
      reject(
        new WorkerProcessError(
          `The worker process for task queue ${taskQueue} ended with ${how} before its worker polled${reason}\nIts output ends with:\n${running.output.tail()}`,
          running.output.text,
        ),
      );
    });
  });
  // Who kills the process before it is ready need not wait for it.
  ready.catch(() => undefined);
  const worker: WorkerProcess = {
    pid: running.pid,
    ready,
    get activities() {
      return activities;
    },
    get exited() {
      return running.ended().then(() => running.exited);
    },
    get output() {
      return running.output.text;
    },
    async kill(signal = 'SIGKILL') {
      try {
        process.kill(running.pid, signal);
      } catch {
        // It has ended already.
      }
      await running.ended();
    },
  };
  if (running.channel) workerChannels.set(worker, { orders: running.channel, reports });
  return worker;
}

function firstErrorIn(output: string): string {
  const line = /^(?:\w*Error\b.*)$/m.exec(output)?.[0] ?? /^longhaul worker: (.*)$/m.exec(output)?.[1];
  return line === undefined ? '.' : `: ${line}`;
}
