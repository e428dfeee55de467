import type { Readable, Writable } from 'node:stream';

// Lines of JSON between a worker process and its parent, on the worker's file descriptor 3.

/** What the parent tells: crash where this point is reached for the hit-th time from now on. */
export interface CrashOrder {
  at: string;
  hit: number;
}

/** What the worker tells. */
export type WorkerReport =
  /** It polls; with the activities that it has, where it knows them all. */
  | { type: 'ready'; activities?: readonly string[] }
  | { type: 'armed' }
  /** A crash point was reached for the count-th time since one was armed. */
  | { type: 'reached'; name: string; count: number };

export const CHANNEL_FD = 3;

/** Set for a worker process that has the channel. */
export const CHANNEL_VARIABLE = 'LONGHAUL_WORKER_CHANNEL';

/** Calls `onLine` with each line that comes, parsed. */
export function readLines(from: Readable, onLine: (line: unknown) => void): void {
  let rest = '';
  from.setEncoding('utf8');
  from.on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) onLine(JSON.parse(line));
  });
}

export function writeLine(to: Writable, line: CrashOrder): void {
  to.write(`${JSON.stringify(line)}\n`);
}
