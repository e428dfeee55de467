import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { WorkerProcessError } from '../errors';
import { supervise } from '../supervised';
import type { DrilledWorker } from './crew';

/** Time that a worker of any kind may take until it polls. */
const withinMs = 120_000;

/**
 * Starts a worker by a command of the user's, through the shell, and takes it for ready once the server has seen it poll. All that
 * the command started is made to fail with it.
 */
export async function startPolling(
  command: string,
  { client, taskQueue, cwd, env }: { client: Client; taskQueue: string; cwd: string; env: NodeJS.ProcessEnv },
): Promise<DrilledWorker> {
  const since = Date.now();
  // `exec` makes the command the process itself; where it is several, the group is made to fail.
  const running = await supervise('/bin/sh', ['-c', command], { cwd, env, graceMs: 0 });
  const end = new AbortController();
  void running.exited.then(() => end.abort());
  const ready = (async (): Promise<void> => {
    while (Date.now() < since + withinMs) {
      if (end.signal.aborted) {
        const message = `The worker command ended before it polled task queue ${taskQueue}: ${reasonIn(running.output.text)}`;
        throw new WorkerProcessError(message, running.output.text);
      }
      if (await isPolled(client, taskQueue, since)) {
        running.unref();
        return;
      }
      await sleep(100);
    }
    throw new WorkerProcessError(
      `The worker command did not poll task queue ${taskQueue} within ${withinMs / 1_000} s: name the queue that it polls, at the server and in the namespace of the drill.`,
      '',
    );
  })();
  ready.catch(() => undefined);
  return {
    pid: -running.pid,
    ready,
    async kill(signal = 'SIGKILL') {
      try {
        process.kill(-running.pid, signal);
      } catch {
        // It has ended already.
      }
      await running.ended();
    },
  };
}

/** The line that names an error, which is seldom the last. */
function reasonIn(output: string): string {
  const lines = output.trim().split('\n');
  return (
    lines.find((line) => /^(?:\w*Error\b|.*: (?:not found|No such file))/.test(line)) ??
    lines.at(-1) ??
    ''
  ).trim();
}

/** Who has asked the server for the queue's activities of late: those that ended without a word are among them for a while. */
export async function pollersOf(client: Client, taskQueue: string): Promise<string[]> {
  return (await pollers(client, taskQueue)).flatMap(({ identity }) => identity ?? []);
}

async function isPolled(client: Client, taskQueue: string, since: number): Promise<boolean> {
  const found = await pollers(client, taskQueue);
  return found.some(({ lastAccessTime }) => Number(lastAccessTime?.seconds ?? 0) * 1_000 >= since - 1_000);
}

async function pollers(client: Client, taskQueue: string) {
  const { namespace } = client.options;
  // eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment -- the enum itself is in no package of the client
  const taskQueueType = 2 as NonNullable<
    Parameters<typeof client.workflowService.describeTaskQueue>[0]['taskQueueType']
  >;
  const request = { namespace, taskQueue: { name: taskQueue }, taskQueueType };
  return (await client.workflowService.describeTaskQueue(request)).pollers;
}
