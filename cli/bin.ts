#!/usr/bin/env node
import type { Io } from './io';
import { harmless } from './render/harmless';
import { missingPackage } from '../config/missing-package';
import { addCommand } from '../config/package-manager';

const { stdout, stderr } = process;
const stop = new AbortController();
const tty = stderr.isTTY;

// These print what a worker logs.
const colours = ['dev', 'worker'].includes(process.argv[2] ?? '');

const gone = new Set<NodeJS.WriteStream>();

// What the user's configuration, codecs and hooks print is no result: what reads the JSON would stumble over it. A worker is all theirs.
const print: (text: string) => boolean = stdout.write.bind(stdout);
if (process.argv[2] !== 'worker') stdout.write = stderr.write.bind(stderr);

const io: Io = {
  out: (line) => {
    if (!gone.has(stdout)) print(`${harmless(line, { colours })}\n`);
  },
  err: (line) => {
    if (!gone.has(stderr)) stderr.write(`${harmless(line, { colours })}\n`);
  },
  cwd: process.cwd(),
  env: process.env,
  tty,
  progress: (line) => {
    if (tty) stderr.write(`\r\u001b[K${harmless(line).slice(0, (stderr.columns || 80) - 1)}`);
  },
  ...(tty && process.stdin.isTTY ? { ask } : {}),
  signal: stop.signal,
};

// Whoever reads the output may leave early, as `| head` does. The command comes to its end all the same, for the files that it
// writes and for its status; one that would go on and on is stopped.
for (const stream of [stdout, stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    gone.add(stream);
    if (error.code !== 'EPIPE') {
      // A full disk, say: the result is lost, and whoever waits for the status must know.
      io.err(
        `longhaul: ${stream === stdout ? 'the output' : 'what is told'} can't be written (${error.code ?? error.message}).`,
      );
      process.exit(3);
    }
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

// What all commands share needs @temporalio/common, which not each package manager installs as a peer.
const run = async () => (await import('./main.js')).main(process.argv.slice(2), io);

run().then(
  (status) => {
    process.exitCode = status;
    // A native worker that does not let go of its process must not hold up a build for ever, nor a platform that counts to 30.
    // Nor does anybody who has asked it to stop want to wait for calls that nobody answers.
    const soon = process.argv[2] === 'worker' || stop.signal.aborted;
    setTimeout(() => process.exit(status), soon ? 500 : 5_000).unref();
  },
  (error: unknown) => {
    const missing = missingPackage(error);
    if (missing !== undefined) {
      io.err(`longhaul: ${missing} is not installed: ${addCommand(io.cwd, [missing])}`);
      process.exitCode = 2;
      return;
    }
    // Whatever gets here is a defect or a broken machine; the stack is for the report about it.
    io.err(`longhaul: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    process.exitCode = 3;
  },
);
