import { fork } from 'node:child_process';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';

import { OutputTail } from './output-tail';
import type { Exit, Order, Report } from './supervise';

/** A command that runs in a process of its own and never outlives this one. */
export interface Supervised {
  readonly pid: number;
  readonly exited: Promise<Exit>;
  readonly output: OutputTail;
  /** The command's file descriptor 3, both ways, where `channel` was asked for. */
  readonly channel: Duplex | undefined;
  /** Ends the command and waits until it and its clean-up are done. */
  stop(): Promise<void>;
  /** Waits until the command and its clean-up are done, and keeps this process going until then. */
  ended(): Promise<void>;
  /** Lets this process end although the command runs; the command is ended then. */
  unref(): void;
}

export interface SuperviseOptions {
  env?: NodeJS.ProcessEnv;
  cwd?: string;
  cleanUpIfOrphaned?: readonly string[];
  graceMs?: number;
  channel?: boolean;
  /** Told of each line that the command writes. */
  onLine?: (line: string) => void;
}

/**
 * Starts a command under a watchdog process, which ends it with all its children as soon as this process is gone, be it
 * by a return, an exit, Ctrl-C or SIGKILL.
 *
 * @throws Error when the command can't be started.
 */
export async function supervise(
  command: string,
  args: readonly string[],
  options: SuperviseOptions = {},
): Promise<Supervised> {
  const { env = process.env, cwd, cleanUpIfOrphaned = [], graceMs = 5_000, channel = false, onLine } = options;
  const order: Order = { command, args, cleanUpIfOrphaned, graceMs, channel };
  const watchdog = fork(join(__dirname, 'supervise.js'), [JSON.stringify(order)], {
    env,
    ...(cwd === undefined ? {} : { cwd }),
    execArgv: [],
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc', ...(channel ? ['pipe' as const] : [])],
  });
  const output = new OutputTail([watchdog.stdout, watchdog.stderr], onLine);
  const ended = new Promise<void>((resolve) => watchdog.once('close', () => resolve()));

  const { promise: exited, resolve: resolveExited } = deferred<Exit>();
  const pid = await new Promise<number>((resolve, reject) => {
    let started = 0;
    watchdog.on('message', (report: Report) => {
      if (report.type === 'started') resolve((started = report.pid));
      else if (report.type === 'failed') reject(new Error(report.message));
      else resolveExited({ code: report.code, signal: report.signal });
    });
    watchdog.once('error', reject);
    watchdog.once('exit', (code, signal) => {
      // Only a watchdog that was itself killed leaves a command behind.
      if (started !== 0 && signal !== null) killGroup(started);
      reject(new Error(`The watchdog process ended early (${signal ?? `status ${code ?? 'unknown'}`}).`));
      resolveExited({ code: null, signal });
    });
  });

  const hold = (how: 'ref' | 'unref'): void => {
    watchdog[how]();
    watchdog.channel?.[how]();
    for (const stream of [watchdog.stdout, watchdog.stderr, watchdog.stdio[4]]) {
      (stream as Socket | null | undefined)?.[how]();
    }
  };
  return {
    pid,
    exited,
    output,
    channel: (watchdog.stdio[4] ?? undefined) as Duplex | undefined,
    async stop() {
      hold('ref');
      if (watchdog.connected) watchdog.send('stop');
      await ended;
    },
    async ended() {
      hold('ref');
      await ended;
    },
    unref: () => hold('unref'),
  };
}

function killGroup(pid: number): void {
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, 'SIGKILL');
  } catch {
    // It has ended already.
  }
}

function deferred<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((settle) => (resolve = settle));
  return { promise, resolve };
}
