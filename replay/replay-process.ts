import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { ReplayWorkerOptions } from '@temporalio/worker';
import type { EngineJob, EngineResult } from './engine/replay-engine';
import { type Replayer, timedOut } from './replayer';

export interface ReplayProcessOptions {
  bundleCode: string;
  /** Must survive being copied to another process. */
  replayOptions: ReplayWorkerOptions;
  /** Milliseconds for one history. */
  deadlineMs: number;
}

/**
 * Replays in a child process, since nothing else is proof against what a history can do: the core panics on some and then
 * never answers, and workflow code may loop for ever. A child that is lost so is replaced for the next history.
 */
export class ReplayProcess implements Replayer {
  private child: ChildProcess | undefined;

  constructor(private readonly options: ReplayProcessOptions) {}

  async replay(job: EngineJob): Promise<EngineResult> {
    const child = this.child ?? (await this.start());
    const { deadlineMs } = this.options;
    return new Promise((resolve) => {
      const settle = (outcome: EngineResult, lost = true) => {
        clearTimeout(deadline);
        child.removeListener('message', onMessage).removeListener('exit', onExit);
        child.stderr?.removeListener('data', onOutput);
        if (lost) this.kill();
        resolve(outcome);
      };
      const fail = (message: string) => settle({ verdict: { status: 'failed', message }, exported: [] });
      const onMessage = (outcome: EngineResult) => settle(outcome, false);
      const onExit = (code: number | null, signal: string | null) =>
        fail(`The process that replayed it ended early (${signal ?? `status ${code ?? 0}`}).`);
      let output = '';
      const onOutput = (chunk: string) => {
        output += chunk;
        const panic = /panicked at [^\n]*\n([^\n]+)\n/.exec(output)?.[1];
        if (panic !== undefined) fail(`Temporal's core panicked on it: ${panic}`);
      };
      const deadline = setTimeout(() => {
        settle(timedOut(deadlineMs));
      }, deadlineMs);
      child.on('message', onMessage).on('exit', onExit);
      child.stderr?.setEncoding('utf8').on('data', onOutput);
      child.send(job, (error) => error && fail(`The process that replays it is gone: ${error.message}`));
    });
  }

  async close(): Promise<void> {
    const { child } = this;
    this.child = undefined;
    if (!child?.connected) return;
    const ended = once(child, 'exit');
    child.disconnect();
    const impatient = setTimeout(() => child.kill('SIGKILL'), 5_000);
    await ended;
    clearTimeout(impatient);
  }

  kill(): void {
    this.child?.kill('SIGKILL');
    this.child = undefined;
  }

  private async start(): Promise<ChildProcess> {
    const { bundleCode, replayOptions } = this.options;
    const child = fork(join(__dirname, 'engine', 'replay-child.js'), {
      execArgv: [],
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    // From here on: a replay may be stopped while its process is still starting.
    this.child = child;
    child.stderr?.resume();
    child.send({ bundleCode, replayOptions });
    const [ready] = (await Promise.race([once(child, 'message'), once(child, 'exit')])) as [unknown];
    if (ready !== 'ready') throw new Error(`The process that replays did not start (status ${String(ready)}).`);
    return child;
  }
}
