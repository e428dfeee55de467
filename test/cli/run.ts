import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join, resolve } from 'node:path';

export const root = resolve(__dirname, '../../..');
export const bin = join(root, 'dist/cli/bin.js');

export interface Ran {
  status: number | null;
  out: string;
  err: string;
}

/** Runs the command line as its users do: as a process of its own. */
export async function longhaul(
  args: readonly string[],
  cwd = join(root, 'test/replay'),
  env: NodeJS.ProcessEnv = {},
): Promise<Ran> {
  const child = spawn(process.execPath, [bin, ...args], {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ran: Ran = { status: null, out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (ran.out += chunk));
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (ran.err += chunk));
  const [status] = (await once(child, 'close')) as [number | null];
  return { ...ran, status };
}
