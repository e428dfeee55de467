import {
  continueAsNew,
  condition,
  defineSignal,
  executeChild,
  proxyActivities,
  setHandler,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';

import type * as activities from './activities';

const { greet, beat } = proxyActivities<typeof activities>({
  startToCloseTimeout: '1 minute',
  heartbeatTimeout: '3s',
  retry: { initialInterval: '100ms' },
});

export async function greeting(name: string): Promise<string> {
  return await greet(name);
}

export async function leaf(): Promise<number> {
  await sleep(1);
  return 1;
}

/** Three runs, each with a child. */
export async function chain(left = 2): Promise<string> {
  await executeChild(leaf);
  if (left > 0) await continueAsNew<typeof chain>(left - 1);
  return workflowInfo().firstExecutionRunId;
}

export const finish = defineSignal('finish');

export async function waits(): Promise<void> {
  let done = false;
  setHandler(finish, () => void (done = true));
  await condition(() => done);
}

/** Nondeterministic on purpose. */
export async function fickle(): Promise<void> {
  // longhaul-ignore no-wall-clock-leak: a replay that differs is what the test is about
  if (workflowInfo().unsafe.isReplaying) await greet('replay');
  else await sleep(1);
}

export async function threeDays(): Promise<void> {
  await sleep('3 days');
}

export async function long(): Promise<number> {
  return await beat();
}

/** Charges order after order, over two runs. */
export async function charges(orders: number, from = 1, done: string[] = []): Promise<string[]> {
  const { charge } = proxyActivities<typeof activities>({
    startToCloseTimeout: '2s',
    retry: { initialInterval: '10ms' },
  });
  for (let order = from; order <= orders; order += 1) {
    done.push(await charge(order));
    if (order === 2 && from === 1) await continueAsNew<typeof charges>(orders, 3, done);
  }
  return done;
}
