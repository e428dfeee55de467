import { writeSync } from 'node:fs';
import { Socket } from 'node:net';

import { watchCrashPoints } from './crash-point';
import { CHANNEL_FD, readLines, type CrashOrder, type WorkerReport } from './worker-channel';

/** In a worker process: tells the parent something. Synchronous, since the next moment may be its last. */
export function tellParent(report: WorkerReport): void {
  try {
    writeSync(CHANNEL_FD, `${JSON.stringify(report)}\n`);
  } catch {
    // A parent that is gone or does not read is no reason to end a worker.
  }
}

/** In a worker process: kills it with SIGKILL where the parent has ordered it to. */
export function obeyCrashOrders(): void {
  const channel = new Socket({ fd: CHANNEL_FD, readable: true, writable: false });
  channel.on('error', () => undefined).unref();
  let order: CrashOrder | undefined;
  const counts = new Map<string, number>();
  readLines(channel, (next) => {
    order = next as CrashOrder;
    counts.clear();
    tellParent({ type: 'armed' });
  });
  watchCrashPoints((name) => {
    if (order === undefined) return;
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    tellParent({ type: 'reached', name, count });
    if (name === order.at && count === order.hit) process.kill(process.pid, 'SIGKILL');
  });
}
