import { CancellationScope, defineSignal, sleep, upsertMemo } from '@temporalio/workflow';
import { firstOf, inbox, longRunning, shielded } from 'longhaul/workflows';

export const addName = defineSignal<[string]>('addName');

const state = { version: 1, initial: (): { done: string[] } => ({ done: [] }) };

/** Workflows in which something else is under way when one lane meets a mistake in the code. */
export function lanes(isMended: boolean) {
  const work = async (name: string): Promise<string> => {
    await sleep(name === 'bug' ? 30 : 300);
    if (name !== 'bug') {
      upsertMemo({ name });
      await sleep(300);
      return name;
    }
    if (!isMended) throw new TypeError('a mistake in the code');
    await sleep(1);
    return 'mended';
  };
  return {
    loops: longRunning('loops', { state, inboxes: { names: inbox(addName) } }, async (run) => {
      const { done } = run.state;
      await run.inboxes.names.forEach(async (name) => void done.push(await work(name)), {
        concurrency: 2,
        until: () => done.length === 2,
      });
      return [...done].sort();
    }),

    races: async (): Promise<string> => {
      const { value } = await firstOf({
        bug: () => work('bug'),
        slow: () =>
          CancellationScope.cancellable(() => sleep('1 hour')).then(
            () => 'slow',
            () => shielded(() => sleep(300).then(() => 'cleaned up')),
          ),
      });
      return value;
    },
  };
}
