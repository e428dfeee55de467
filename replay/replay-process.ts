import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { ChildStart } from './engine/replay-child';
import type { LineCoverage } from './engine/line-coverage';
import type { EngineJob, EngineResult } from './engine/replay-engine';
import { noResult, type Replayer, timedOut } from './replayer';

export interface ReplayProcessOptions extends ChildStart {
  /** Milliseconds for one history. */
  deadlineMs: number;
  /** Set on top of this process's own. */
  env?: Record<string, string>;
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
      const fail = (message: string) => settle(noResult({ status: 'failed', message }));
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

  /** Starts the process before there is a history for it. */
  async warmUp(): Promise<void> {
    if (!this.child) await this.start();
  }

  async lines(): Promise<LineCoverage> {
    const { child } = this;
    if (!child?.connected || !this.options.lines) return {};
    child.send('lines');
    const late = new Promise<[LineCoverage]>((resolve) => setTimeout(() => resolve([{}]), 30_000).unref());
    const [lines] = (await Promise.race([once(child, 'message'), once(child, 'exit'), late])) as [LineCoverage];
    return typeof lines === 'object' ? lines : {};
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
    const { bundleCode, replayOptions, values, plain, lines, aheadMs, env } = this.options;
    const child = fork(join(__dirname, 'engine', 'replay-child.js'), {
      execArgv: [],
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      env: { ...process.env, ...env },
    });
    // From here on: a replay may be stopped while its process is still starting.
    this.child = child;
    child.stderr?.resume();
    child.send({ bundleCode, replayOptions, values, plain, lines, aheadMs } satisfies ChildStart);
    const [ready] = (await Promise.race([once(child, 'message'), once(child, 'exit')])) as [unknown];
    if (ready !== 'ready') throw new Error(`The process that replays did not start (status ${String(ready)}).`);
    return child;
  }
}
