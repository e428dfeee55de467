import type { OutputTail } from './output-tail';
import { supervise } from './supervised';

/**
 * Runs a command that gets something into the cache, and ends it, its children and the folder `staging` with this
 * process.
 *
 * @throws Error with the end of its output, when it fails.
 */
export async function runToEnd(
  command: string,
  args: readonly string[],
  options: { env: NodeJS.ProcessEnv; staging: string; onOutput: (output: OutputTail) => void; signal?: AbortSignal },
): Promise<void> {
  const { env, staging, onOutput, signal } = options;
  const running = await supervise(command, args, { env, graceMs: 2_000, cleanUpIfOrphaned: [staging] });
  const watch = setInterval(() => onOutput(running.output), 500);
  const onAbort = (): void => void running.stop();
  signal?.addEventListener('abort', onAbort);
  try {
    const { code, signal: killedBy } = await running.exited;
    signal?.throwIfAborted();
    if (code === 0) return;
    // The end may be told before the last that it wrote has come through.
    await running.stop();
    throw new Error(`it ended with ${killedBy ?? `status ${code ?? 'unknown'}`}:\n${running.output.tail(10)}`);
  } finally {
    clearInterval(watch);
    signal?.removeEventListener('abort', onAbort);
    await running.stop();
  }
}
