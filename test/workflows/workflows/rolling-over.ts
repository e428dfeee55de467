import { defineSignal, defineUpdate, setHandler, sleep } from '@temporalio/workflow';
import { inbox, longRunning } from 'longhaul/workflows';

export const addThing = defineSignal<[{ id: string; last?: boolean }]>('addThing');
export const work = defineSignal<[number]>('work');
export const ask = defineUpdate<number, [number]>('ask');

interface Things {
  done: string[];
  worked: number;
  last: boolean;
  ballast: string;
}

const options = {
  state: {
    version: 1,
    initial: (ballast: number): Things => ({ done: [], worked: 0, last: false, ballast: 'x'.repeat(ballast) }),
  },
  inboxes: { things: inbox(addThing) },
  rollOver: { events: 20, bytes: 20_000 },
};

/** Reaches its limits soon, and has handlers of its own that take as long as they are told to. */
export const things = longRunning('things', options, async ({ state, inboxes, number }) => {
  setHandler(work, async (ms) => {
    await sleep(ms);
    state.worked += 1;
  });
  setHandler(ask, async (ms) => {
    await sleep(ms);
    return number;
  });
  await inboxes.things.forEach(
    async ({ id, last = false }) => {
      await sleep(1);
      state.done.push(id);
      state.last ||= last;
    },
    { until: () => state.last },
  );
  return { done: state.done, worked: state.worked, runs: number };
});
