import { defineSignal, defineUpdate } from '@temporalio/workflow';
import { inbox, longRunning } from 'longhaul/workflows';
import { cases } from './bad-input-cases';

export interface Thing {
  id: string;
}

export const addThing = defineSignal<[Thing]>('addThing');
// eslint-disable-next-line @typescript-eslint/no-invalid-void-type -- it answers with nothing
export const askThing = defineUpdate<void, [Thing]>('askThing');

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

const hasId = (item: unknown): unknown => {
  const { id } = item as { id?: unknown };
  if (typeof id !== 'string') throw new Error(`its id is ${String(id)}; use a text`);
  return id === 'promised' ? Promise.reject(new Error('too late')) : item;
};

/** Two inboxes that look at what comes. */
export const validated = longRunning(
  'validated',
  {
    state: { version: 1, initial: () => ({ ids: [] as string[] }) },
    inboxes: {
      things: inbox(addThing, { validate: hasId }),
      asked: inbox(askThing, { validate: hasId, reply: 'accepted' }),
    },
  },
  async (run) => {
    const { ids } = run.state;
    const { things, asked } = run.inboxes;
    await things.forEach(
      ({ id }) => {
        ids.push(id);
        return Promise.resolve();
      },
      { until: () => ids.includes('last') },
    );
    return [...ids, ...(await asked.drain()).map(({ id }) => id)];
  },
);
