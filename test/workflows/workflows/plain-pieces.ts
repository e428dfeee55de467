import { condition, defineQuery, defineSignal, defineUpdate, setHandler, sleep } from '@temporalio/workflow';
import { createInbox, historyBudget, rollOver } from 'longhaul/workflows';
import type { CarriedPlainInbox, RollOverLimits } from 'longhaul/workflows';

export interface Job {
  id: string;
  last?: boolean;
}

export const addJob = defineSignal<[Job]>('addJob');
export const slowUpdate = defineUpdate<string, [number]>('slowUpdate');
export const stop = defineSignal('stop');
export const runsQuery = defineQuery<number>('runs');

interface Carried {
  done: string[];
  runs: number;
  jobs: CarriedPlainInbox;
  limits: RollOverLimits;
}

/** A plain workflow function on the single pieces. */
export async function jobs(concurrency: number, carried?: Carried): Promise<{ done: string[]; runs: number }> {
  const budget = historyBudget({ events: 30 }, carried?.limits);
  const inbox = createInbox(addJob, { budget, dedupe: { by: ({ id }) => id } }, carried?.jobs);
  const done = carried?.done ?? [];
  const runs = carried?.runs ?? 1;
  const ended = () => done.at(-1) === 'end';
  setHandler(runsQuery, () => runs);
  setHandler(slowUpdate, async (ms) => {
    await sleep(ms);
    return `answered in run ${runs}`;
  });
  await inbox.forEach(
    async (job) => {
      await sleep(1);
      done.push(job.id);
    },
    { concurrency, until: ended },
  );
  if (ended()) return { done, runs };
  return await rollOver<typeof jobs>(() => [
    concurrency,
    { done, runs: runs + 1, jobs: inbox.carry(), limits: budget.carry() },
  ]);
}

/** Takes its jobs one by one. */
export async function oneJobAtATime(done: string[] = [], runs = 1, carried?: CarriedPlainInbox): Promise<object> {
  const budget = historyBudget({ signals: 4 });
  const inbox = createInbox(addJob, { budget }, carried);
  while (!budget.spent || inbox.depth === 0) {
    const job = await inbox.next();
    done.push(job.id);
    if (job.last) return { done, runs };
  }
  return await rollOver<typeof oneJobAtATime>(() => [done, runs + 1, inbox.carry()]);
}

/** Cancelled while it waits for a handler: it must not roll over. */
export async function cancelledInTime(run = 1): Promise<number> {
  const stopped = { now: false };
  setHandler(stop, async () => {
    await sleep(1);
    await condition(() => stopped.now);
  });
  await condition(() => false, 50);
  return await rollOver<typeof cancelledInTime>(() => [run + 1]);
}
