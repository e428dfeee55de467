import { sleep, workflowInfo } from '@temporalio/workflow';
import { inbox, longRunning, shielded, withTimeout } from 'longhaul/workflows';
import { answerInbox, approval, batch, childReportInbox, fanOut, fanOutChildren } from 'longhaul/recipes';
import { activities, add, options } from './parts';
import { recipeChild } from './recipes';

/** More workflows that come to moments in which a marker says that they do what was mended. */

const { quick, slow } = activities;
const state = { version: 1, initial: () => ({ last: false }) };

/** Its fan-out and its batch are cut off with an item in hand, and called again. */
export const recipeCutOff = longRunning('recipeCutOff', { ...options, inboxes: { items: inbox(add) } }, async (run) => {
  const goesOn = async (id: string): Promise<void> => {
    await quick(`begin ${id}`);
    await shielded(() => sleep(300));
  };
  const twice = async <R>(go: () => Promise<R>): Promise<R> => {
    await withTimeout(go, { timeout: 150 }).catch(() => quick('again'));
    return await go();
  };
  const fanned = await twice(() =>
    fanOut(run, 'numbers', {
      pages: () => Promise.resolve({ items: ['1', '2'] }),
      work: goesOn,
      value: null,
    }),
  );
  const batched = await twice(() =>
    batch(run, 'items', {
      inbox: run.inboxes.items,
      work: ([item]) => goesOn(item?.id ?? ''),
      maxWait: 1,
      until: () => run.number > 0,
    }),
  );
  return [fanned.succeeded, batched.batches];
});

/** The ids of its children are taken, by others that it starts itself. */
export const recipeOthersChildren = longRunning(
  'recipeOthersChildren',
  { state, inboxes: { reports: childReportInbox() } },
  async (run) => {
    const { workflowId } = workflowInfo();
    for (const id of [`${workflowId}/numbers/1`, `${workflowId}/lingers/3`]) {
      await run.startChild(lingers, { workflowId: id, args: [] });
    }
    const own = await run.startChild(lingers, { args: [] });
    const { succeeded } = await fanOutChildren(run, 'numbers', {
      pages: () => Promise.resolve({ items: [1, 2] }),
      child: recipeChild,
      inbox: run.inboxes.reports,
      value: null,
      fallBack: { check: () => Promise.resolve([]) },
    });
    return [own.length > `${workflowId}/lingers/3`.length, succeeded];
  },
);

export async function lingers(): Promise<void> {
  await sleep(1_000);
}

/** A rollover is asked for while its reminders take longer than it is from one to the next. */
export const recipeReminders = longRunning(
  'recipeReminders',
  { state, inboxes: { answers: answerInbox() } },
  async (run) => {
    const { decision } = await approval(run, 'purchase', {
      inbox: run.inboxes.answers,
      approvers: ['ann'],
      deadline: '1 hour',
      reminders: { every: 10, send: () => slow('remind') },
    });
    return decision;
  },
);
