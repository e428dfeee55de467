import { defineSignal } from '@temporalio/workflow';
import { inbox, longRunning } from 'longhaul/workflows';
import { cases } from './bad-input-cases';

export interface Thing {
  id: string;
}

export const addThing = defineSignal<[Thing]>('addThing');

const state = { version: 1, initial: () => ({}) };
const inboxes = { things: inbox(addThing, { dedupe: { by: ({ id }) => id } }) };

/** What each wrong use is told, by name. */
export const inTheBody = longRunning('inTheBody', { state, inboxes }, async (run) => {
  const told: Record<string, string> = {};
  for (const [what, { call }] of Object.entries(cases)) {
    try {
      await call({ run, things: run.inboxes.things });
      told[what] = 'nothing';
    } catch (error) {
      told[what] = String(error);
    }
  }
  return told;
});

export const misspelt = longRunning('misspelt', { state, inboxes }, async (run) => {
  await run.inboxes.things.forEach(async () => {}, { concurency: 2 } as object);
});

export const things = longRunning(
  'things',
  { state: { version: 1, initial: () => ({ ids: [] as string[] }) }, inboxes },
  async (run) => {
    const { ids } = run.state;
    await run.inboxes.things.forEach(
      ({ id }: { id?: string | null }) => {
        ids.push(String(id));
        return Promise.resolve();
      },
      { until: () => ids.includes('last') },
    );
    return ids;
  },
);
