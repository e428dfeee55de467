import { condition, defineSignal, proxyActivities, setHandler, sleep } from '@temporalio/workflow';
import type * as activities from './activities';

// longhaul-ignore require-activity-timeout: its one attempt is what the test looks at
const { fails, beats } = proxyActivities<typeof activities>({
  startToCloseTimeout: '1 hour',
  heartbeatTimeout: '30 seconds',
  retry: { initialInterval: '1 ms', backoffCoefficient: 1, maximumInterval: '20 ms' },
});

export const finish = defineSignal('finish');

/** Waits on an activity that fails each time, one that beats, and a timer. */
export async function stuck(secret: string): Promise<void> {
  let done = false;
  setHandler(finish, () => void (done = true));
  await Promise.race([fails(secret), beats(secret), sleep('1 day'), condition(() => done)]);
}

export const go = defineSignal('go');

/** Takes one signal, and no other. */
export async function waits(): Promise<void> {
  setHandler(go, () => undefined);
  await sleep('1 day');
}
