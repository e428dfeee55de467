import {
  condition,
  continueAsNew,
  defineSignal,
  proxyActivities,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import { inbox, longRunning } from 'longhaul/workflows';
import type * as activities from './activities';
import type { Item } from './plan';

export type Sent = Item | { last: true };

export const add = defineSignal<[Sent]>('add');

const { apply } = proxyActivities<typeof activities>({
  startToCloseTimeout: '6 seconds',
  retry: { initialInterval: '50 milliseconds', maximumInterval: '1 second' },
});

/** The queue on longhaul. */
export const longhaul = longRunning(
  'longhaul',
  {
    state: { version: 1, initial: () => ({ closed: false }) },
    inboxes: {
      items: inbox(add, { dedupe: { by: (sent: Sent) => ('last' in sent ? 'last' : sent.id), keep: 5_000 } }),
    },
  },
  async (run) => {
    await run.inboxes.items.forEach(
      async (sent) => {
        if ('last' in sent) run.state.closed = true;
        else await apply('longhaul', sent);
      },
      { until: () => run.state.closed },
    );
  },
);

/**
 * A plain queue after the SDK's sample `mutex`: its array of requests is carried over; it knows no duplicates. It ends when it is
 * empty as a rollover is suggested, and its clients start it again with their signal.
 */
export async function plain(items: Sent[] = []): Promise<void> {
  setHandler(add, (item) => void items.push(item));
  while (!workflowInfo().continueAsNewSuggested) {
    await condition(() => items.length > 0);
    const item = items.shift();
    if (item && 'id' in item) await apply('plain', item);
  }
  if (items.length > 0) await continueAsNew<typeof plain>(items);
}

/** The same after the sample `continue-as-new`, which hands on its argument and no buffer: a step that is easy to forget. */
export async function forgetful(): Promise<void> {
  // longhaul-ignore no-lost-state: it forgets on purpose, so that the run is seen to notice
  const items: Sent[] = [];
  setHandler(add, (item) => void items.push(item));
  while (!workflowInfo().continueAsNewSuggested) {
    await condition(() => items.length > 0);
    const item = items.shift();
    if (item && 'id' in item) await apply('forgetful', item);
  }
  await continueAsNew<typeof forgetful>();
}
