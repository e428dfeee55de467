import { defineUpdate, sleep } from '@temporalio/workflow';
import { inbox, longRunning } from 'longhaul/workflows';

export const ask = defineUpdate<string, [string]>('ask');
// eslint-disable-next-line @typescript-eslint/no-invalid-void-type -- it answers with nothing
export const tell = defineUpdate<void, [string]>('tell');
const dedupe = { by: (id: string) => id };

/** Takes what it is asked and told, one after the other, in an inbox that has room for two. */
export const takes = longRunning(
  'takes',
  {
    state: { version: 1, initial: (): { done: string[] } => ({ done: [] }) },
    inboxes: {
      asks: inbox(ask, { reply: 'done', dedupe }),
      tells: inbox(tell, { reply: 'accepted', dedupe, capacity: { items: 2 } }),
    },
  },
  async (run) => {
    const take = async (id: string): Promise<string> => {
      await sleep(1);
      run.state.done.push(id);
      return `${id} is done`;
    };
    const until = () => run.state.done.includes('end');
    await Promise.all([
      run.inboxes.asks.forEach(take, { until }),
      run.inboxes.tells.forEach((id) => take(id).then(() => undefined), { until }),
    ]);
    return run.state.done;
  },
);
