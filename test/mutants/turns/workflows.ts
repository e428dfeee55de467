import { condition, defineSignal, proxyActivities, setHandler, sleep } from '@temporalio/workflow';
import { inbox, longRunning } from 'longhaul/workflows';

export const add = defineSignal<[string]>('add');
export const leave = defineSignal('leave');

const { note } = proxyActivities<{ note(what: string): Promise<void> }>({ startToCloseTimeout: '30 seconds' });

/**
 * Starts a timer each promise turn. Another command's place among them tells in which turn it was issued, and a replay in which
 * it comes a turn earlier or later differs: without them a promise turn more shows only where commands happen to race.
 */
async function ladder(): Promise<void> {
  for (let turn = 0; turn < 24; turn += 1) {
    void sleep('1 hour');
    await Promise.resolve();
  }
}

const marked = longRunning(
  'turns',
  { state: { version: 1, initial: () => ({}) }, inboxes: { items: inbox(add) } },
  async (run) => {
    await note('the body begins');
    void ladder();
    await run.safePoint();
    await note('after a safe point');
    void ladder();
    await run.inboxes.items.next();
    await note('after an item was there');
    void ladder();
    await run.once('once', () => Promise.resolve());
    await note('after what is done once');
    let last = false;
    void ladder();
    await run.inboxes.items.forEach(
      async (item) => {
        await note(`item ${item}`);
        void ladder();
        last ||= item === 'c';
      },
      { concurrency: 2, until: () => last },
    );
    await note('after all items');
    let left = false;
    setHandler(leave, () => void (left = true));
    await condition(() => left);
    void ladder();
    return 'left';
  },
);

/** The marked run on a ladder of its own, which begins before it does. */
export async function turns(...args: []): Promise<string> {
  void ladder();
  return await marked(...args);
}
