import { spawn, spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';

// A process of its own: runs one command for its parent, and ends it with all that it started once the parent is gone.
// It lives outside the parent's process group, so that neither Ctrl-C nor a SIGKILL of the parent can reach it first.

/** What the parent orders, as JSON in the first argument. */
export interface Order {
  command: string;
  args: readonly string[];
  /** Folders to delete if the parent is gone before the command has ended. */
  cleanUpIfOrphaned: readonly string[];
  /** Between the request to end and the kill, in milliseconds. */
  graceMs: number;
  /** Whether the command gets a pipe to the parent as its file descriptor 3. */
  channel: boolean;
}

/** What the parent is told. */
export type Report =
  { type: 'started'; pid: number } | ({ type: 'exited' } & Exit) | { type: 'failed'; message: string };

export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

const order = JSON.parse(process.argv[2] ?? '') as Order;
const command = spawn(order.command, order.args, {
  detached: process.platform !== 'win32',
  stdio: ['ignore', 'inherit', 'inherit', ...(order.channel ? [4] : [])],
});
command.once('spawn', () => report({ type: 'started', pid: command.pid ?? 0 }));
command.once('error', (error) => finish({ type: 'failed', message: error.message }));
command.once('exit', (code, signal) => finish({ type: 'exited', code, signal }));
process.once('disconnect', end);
process.once('message', end);
process.once('SIGTERM', end);
process.on('SIGINT', () => undefined);
process.on('SIGHUP', () => undefined);

function end(): void {
  signalAll(order.graceMs === 0 ? 'SIGKILL' : 'SIGTERM');
  setTimeout(() => signalAll('SIGKILL'), order.graceMs).unref();
}

function finish(last: Report): void {
  signalAll('SIGKILL');
  if (!process.connected)
    for (const folder of order.cleanUpIfOrphaned) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  report(last);
  if (process.connected) process.disconnect();
}

function report(what: Report): void {
  if (process.connected) process.send?.(what);
}

function signalAll(signal: NodeJS.Signals): void {
  if (command.pid === undefined) return;
  if (process.platform === 'win32') {
    spawnSync('taskkill', ['/pid', String(command.pid), '/t', '/f']);
    return;
  }
  try {
    process.kill(-command.pid, signal);
  } catch {
    // The group has ended already.
  }
}
