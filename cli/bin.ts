#!/usr/bin/env node
import type { Io } from './io';
import { main } from './main';

const { stdout, stderr } = process;
const stop = new AbortController();
const tty = stderr.isTTY;

const gone = new Set<NodeJS.WriteStream>();

const io: Io = {
  out: (line) => {
    if (!gone.has(stdout)) stdout.write(`${line}\n`);
  },
  err: (line) => {
    if (!gone.has(stderr)) stderr.write(`${line}\n`);
  },
  cwd: process.cwd(),
  env: process.env,
  tty,
  progress: (line) => {
    if (tty) stderr.write(`\r\u001b[K${line.slice(0, (stderr.columns || 80) - 1)}`);
  },
  ...(tty && process.stdin.isTTY ? { ask } : {}),
  signal: stop.signal,
};

// Whoever reads the output may leave early, as `| head` does. The command comes to its end all the same, for the files that it
// writes and for its status; one that would go on and on is stopped.
for (const stream of [stdout, stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    gone.add(stream);
    stop.abort();
  });
}

async function ask(question: string): Promise<string> {
  const { createInterface } = await import('node:readline/promises');
  const lines = createInterface({ input: process.stdin, output: stderr });
  try {
    return await lines.question(question, { signal: stop.signal });
  } finally {
    lines.close();
  }
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    if (stop.signal.aborted) process.exit(3); // asked twice: leave at once
    stop.abort();
  });
}

main(process.argv.slice(2), io).then(
  (status) => {
    process.exitCode = status;
    // A native worker that does not let go of its process must not hold up a build for ever, nor a platform that counts to 30.
    setTimeout(() => process.exit(status), process.argv[2] === 'worker' ? 500 : 5_000).unref();
  },
  (error: unknown) => {
    // Whatever gets here is a defect or a broken machine; the stack is for the report about it.
    io.err(`longhaul: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    process.exitCode = 3;
  },
);
