import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Order } from './way-process';

export interface Measured {
  /** From the start of the process to its end. */
  ms: number;
  /** The most that one of its processes held at once; undefined where the system does not tell. */
  megabytes: number | undefined;
}

export async function measure(order: Order): Promise<Measured> {
  const from = performance.now();
  const child = spawn(process.execPath, [join(__dirname, 'way-process.js'), JSON.stringify(order)], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  let most = 0;
  const watch = setInterval(() => {
    for (const pid of familyOf(child.pid ?? 0)) most = Math.max(most, peakOf(pid));
  }, 100);
  const [status] = (await once(child, 'exit')) as [number | null];
  clearInterval(watch);
  if (status !== 0) throw new Error(`${order.way} ended with status ${String(status)}`);
  return { ms: performance.now() - from, megabytes: most === 0 ? undefined : most };
}

function familyOf(pid: number): number[] {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
    return [pid, ...children.split(' ').filter(Boolean).map(Number).flatMap(familyOf)];
  } catch {
    return [];
  }
}

function peakOf(pid: number): number {
  try {
    const kilobytes = /^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return Number(kilobytes ?? 0) / 1_024;
  } catch {
    return 0;
  }
}
