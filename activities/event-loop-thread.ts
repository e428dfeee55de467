import { writeSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { slots } from './event-loop-slots';
import type { ThreadMessage } from './event-loop-slots';

// A thread beside the main one. While that one is blocked, it alone can tell of it.

const stderr = 2;
const tickMs = 100;
const clocks = new BigInt64Array(workerData as SharedArrayBuffer);
let watched: ThreadMessage = [];
let tickedAt = process.hrtime.bigint();
let mainTickedAt = 0n;
let told = false;

parentPort?.on('message', (message: ThreadMessage) => {
  watched = message;
});

setInterval(() => {
  const now = process.hrtime.bigint();
  const gap = now - tickedAt;
  tickedAt = now;
  const main = Atomics.load(clocks, slots.mainTick);
  const longest = Atomics.load(clocks, slots.threadGap);
  Atomics.store(clocks, slots.threadGap, main === mainTickedAt && longest > gap ? longest : gap);
  Atomics.store(clocks, slots.threadTick, now);
  if (main !== mainTickedAt) told = false;
  mainTickedAt = main;
  const silentMs = Number(now - main) / 1e6;
  const endangered = watched.filter(({ thresholdMs }) => silentMs >= thresholdMs);
  // A pause of this thread too is the machine's or the whole process's.
  if (told || endangered.length === 0 || Number(gap) / 1e6 > silentMs / 2) return;
  told = true;
  const names = endangered.map(({ label }) => label).join(', ');
  tell(
    `longhaul: the event loop has been blocked for ${Math.round(silentMs)} ms and is still: synchronous code holds it, no heartbeat can leave. Long activities in this process: ${names}\n`,
  );
}, tickMs);

function tell(line: string): void {
  try {
    // The main thread's console is as blocked as the rest of it.
    writeSync(stderr, line);
  } catch {
    // Nobody reads it.
  }
}
