import { defineSignal, setHandler, sleep } from '@temporalio/workflow';
import { createInbox, historyBudget, longRunning, rollOver } from 'longhaul/workflows';
import type { CarriedPlainInbox, RollOverLimits } from 'longhaul/workflows';
import { adopted as plainAdopted } from './adopting-before';
import { activities, add, handleAll, options } from './parts';
import type { Item, QueueRun } from './parts';

const { quick } = activities;

/** Takes over from a plain function under its type, whose argument had another form. */
export const adopted = longRunning(
  'adopted',
  {
    ...options,
    state: { version: 1, initial: (_input: { name: string }) => options.state.initial() },
    rollOver: { events: 30 },
    replaces: {
      workflow: plainAdopted,
      fromArgs: (name, waiting = [], seen = []) =>
        typeof name === 'string' ? { args: [{ name }], items: { items: waiting }, seen: { items: seen } } : undefined,
    },
  },
  (run) => handleAll(run as unknown as QueueRun, quick),
);

export const linger = defineSignal<[number]>('linger');

interface Carried {
  done: string[];
  inbox: CarriedPlainInbox;
  limits: RollOverLimits;
}

/** A plain function on the single pieces, which has a handler that takes its time. */
export async function pieces(concurrency: number, carried?: Carried): Promise<string[]> {
  const budget = historyBudget({ events: 40, signals: 30 }, carried?.limits);
  const inbox = createInbox(add, { budget, dedupe: { by: ({ id }: Item) => id } }, carried?.inbox);
  const done = carried?.done ?? [];
  setHandler(linger, (ms) => sleep(ms));
  const ended = () => done.at(-1) === 'end';
  await inbox.forEach(
    async ({ id }) => {
      await quick(id);
      done.push(id);
    },
    { concurrency, until: ended },
  );
  if (ended()) return done;
  return await rollOver<typeof pieces>(() => [concurrency, { done, inbox: inbox.carry(), limits: budget.carry() }]);
}

/** Rolls over for a new version too, where the server tells of one, and stays on its build meanwhile. */
export const onto = longRunning(
  'onto',
  { ...options, versioning: 'pinned', rollOver: { events: 30, ontoNewVersion: 'soon' } },
  (run) => handleAll(run, quick),
);

/** Carries more than a rollover is silent about. */
export const heavy = longRunning(
  'heavy',
  {
    state: { version: 1, initial: (_to: number) => ({ at: 0, ballast: 'x'.repeat(600 * 1_024) }) },
    rollOver: { events: 20, mostBytes: 700 * 1_024 },
  },
  async (run) => {
    while (run.state.at < run.args[0]) {
      await run.safePoint();
      await quick(String((run.state.at += 1)));
    }
  },
);
