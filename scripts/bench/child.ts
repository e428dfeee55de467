import { fork } from 'node:child_process';
import { once } from 'node:events';

/** Runs a script in a process of its own, and returns what it sends. */
export async function resultOf<T>(script: string, order: object): Promise<T> {
  const child = fork(script, [JSON.stringify(order)]);
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`The benchmark's process ${script} ended with status ${String(code)}.`);
  });
  ended.catch(() => undefined);
  const [result] = (await Promise.race([once(child, 'message'), ended])) as [T];
  return result;
}
