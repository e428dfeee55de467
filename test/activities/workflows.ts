import {
  CancellationScope,
  defineSignal,
  isCancellation,
  proxyActivities,
  proxyLocalActivities,
  sleep,
} from '@temporalio/workflow';
import type { ActivityOptions } from '@temporalio/workflow';
import { activityOutcome, inbox, longRunning } from 'longhaul/workflows';

type Call = (...args: unknown[]) => Promise<unknown>;

/** Calls one activity with the options given. */
export async function call(name: string, args: unknown[], options: ActivityOptions): Promise<unknown> {
  const activity = proxyActivities<Record<string, Call>>(options)[name];
  return await activity?.(...args);
}

/** Calls it, cancels it when its workflow is cancelled, and tells how it ended. */
export async function callUntilCancelled(name: string, args: unknown[], options: ActivityOptions): Promise<string> {
  const activity = proxyActivities<Record<string, Call>>({
    ...options,
    cancellationType: 'WAIT_CANCELLATION_COMPLETED',
  })[name];
  try {
    await activity?.(...args);
    return 'completed';
  } catch (error) {
    if (!isCancellation(error)) throw error;
    return await CancellationScope.nonCancellable(() => Promise.resolve('cancelled'));
  }
}

export async function callLocally(name: string, args: unknown[]): Promise<unknown> {
  const activity = proxyLocalActivities<Record<string, Call>>({ startToCloseTimeout: '5 seconds' })[name];
  return await activity?.(...args);
}

/** Calls one activity and tells what became of it. */
export async function outcomeOf(name: string, args: unknown[], options: ActivityOptions): Promise<unknown> {
  try {
    return await call(name, args, options);
  } catch (error) {
    return activityOutcome(error);
  }
}

export const addItem = defineSignal<[{ id: string }]>('addItem');

const keyed = proxyActivities<{ keyOf(step: string, item?: string): Promise<string> }>({
  startToCloseTimeout: '10 seconds',
  heartbeatTimeout: '5 seconds',
  retry: { initialInterval: 1 },
});

/** Asks for the key of each item's step, over rollovers, and once outside of any item. */
export const keys = longRunning(
  'keys',
  {
    state: { version: 1, initial: (): { keys: string[] } => ({ keys: [] }) },
    inboxes: { items: inbox(addItem, { dedupe: { by: ({ id }: { id: string }) => id } }) },
    rollOver: { events: 20 },
  },
  async (run) => {
    const { state, inboxes } = run;
    await run.once('key', async () => state.keys.push(await keyed.keyOf('once', 'an item')));
    await inboxes.items.forEach(
      async ({ id }) => {
        // Across a timer, so that the item is known to what comes later too.
        await sleep(1);
        state.keys.push(await keyed.keyOf(`step of ${id}`));
      },
      { concurrency: 2, until: () => state.keys.length === 7 },
    );
    return state.keys;
  },
);
