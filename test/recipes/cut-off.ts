import { condition, defineSignal, sleep } from '@temporalio/workflow';
import { inbox, longRunning, shielded, withTimeout } from 'longhaul/workflows';
import { answerInbox, approval, batch, fanOut } from 'longhaul/recipes';

interface Work {
  begun: string[];
  open: number;
  mostOpen: number;
}

const state = { version: 1, initial: (): Work => ({ begun: [], open: 0, mostOpen: 0 }) };

/** Goes on for a while after it was cancelled. */
async function goesOn(work: Work, item: string): Promise<void> {
  work.begun.push(item);
  work.open += 1;
  work.mostOpen = Math.max(work.mostOpen, work.open);
  await shielded(() => sleep(300));
  work.open -= 1;
}

async function twice<R>(go: () => Promise<R>): Promise<R> {
  await withTimeout(go, { timeout: 100 }).catch(() => undefined);
  return await go();
}

/** Its only item is in hand as it is cut off, and it is called again. */
export const fansOutTwice = longRunning('fansOutTwice', { state }, async (run) => {
  const { succeeded } = await twice(() =>
    fanOut(run, 'items', {
      pages: () => Promise.resolve({ items: ['a'] }),
      work: (item: string) => goesOn(run.state, item),
      value: null,
    }),
  );
  return { ...run.state, succeeded };
});

export const addLine = defineSignal<[string]>('addLine');

export const batchesTwice = longRunning('batchesTwice', { state, inboxes: { lines: inbox(addLine) } }, async (run) => {
  await condition(() => run.inboxes.lines.depth > 0);
  const { batches, items } = await twice(() =>
    batch(run, 'lines', {
      inbox: run.inboxes.lines,
      work: ([line = '']) => goesOn(run.state, line),
      maxWait: 1,
      until: () => run.state.begun.length > 0,
    }),
  );
  return { ...run.state, batches, items };
});

/** Each reminder takes longer than it is to the next one. */
export const remindsSlowly = longRunning(
  'remindsSlowly',
  { state, inboxes: { answers: answerInbox() } },
  async (run) => {
    const { decision } = await approval(run, 'purchase', {
      inbox: run.inboxes.answers,
      approvers: ['ann'],
      deadline: '1 hour',
      reminders: { every: 20, send: () => sleep(50) },
    });
    return { decision, run: run.number };
  },
);
