import { defineSignal, sleep, workflowInfo } from '@temporalio/workflow';
import { inbox, longRunning } from 'longhaul/workflows';

export const put = defineSignal<[{ kib: number; last?: boolean }]>('put');

interface Hoard {
  big: Record<string, string>;
  small: string;
  runs: number;
  last: boolean;
}

const hoarding = {
  state: { version: 1, initial: (): Hoard => ({ big: {}, small: 'a', runs: 0, last: false }) },
  inboxes: { puts: inbox(put) },
};

/** Keeps what it is sent, in pieces that a signal can bring. The `most` is what a corrected build keeps. */
const hoardUpTo = (mostKib: number, mostBytes?: number) =>
  longRunning(
    'hoard',
    { ...hoarding, rollOver: mostBytes === undefined ? {} : { mostBytes } },
    async ({ state, inboxes }) => {
      state.runs += 1;
      await inboxes.puts.forEach(
        async ({ kib, last = false }) => {
          state.big[`piece ${Object.keys(state.big).length}`] = 'é'.repeat((Math.min(kib, mostKib) * 1_024) / 2);
          state.last ||= last;
          await Promise.resolve();
        },
        { until: () => state.last },
      );
      const kept = Object.values(state.big).map((piece) => (piece.length * 2) / 1_024);
      return { kept, runs: state.runs };
    },
  );

export const hoard = hoardUpTo(Infinity);
export const frugalHoard = hoardUpTo(1);
export const storedHoard = hoardUpTo(Infinity, 50_000_000);

/** Without an argument, over two runs. */
export const noArgument = longRunning(
  'noArgument',
  { state: { version: 1, initial: (...args: []) => ({ lengths: [args.length as number] }) } },
  async (run) => {
    run.state.lengths.push(run.args.length);
    await run.safePoint();
    return { lengths: run.state.lengths, runs: run.number };
  },
);

/** What the server says of each of its runs. */
export const traveller = longRunning(
  'traveller',
  { state: { version: 1, initial: (_name: string) => ({ seen: [] as string[] }) }, inboxes: { puts: inbox(put) } },
  async (run) => {
    const { memo, typedSearchAttributes, taskQueue, workflowType } = workflowInfo();
    run.state.seen.push(
      JSON.stringify({ memo, attributes: typedSearchAttributes, taskQueue, workflowType, args: run.args }),
    );
    await run.inboxes.puts.next();
    return { seen: run.state.seen, runs: run.number };
  },
);

/** Takes each number as one more step that is done once. */
export const pedant = longRunning(
  'pedant',
  { state: { version: 1, initial: (_steps: number) => ({}) } },
  async (run) => {
    const [steps] = run.args;
    for (let step = 0; step < steps; step += 1) {
      // A task has 5 seconds, also on a machine that does much else.
      if (step % 250 === 0) await sleep(1);
      await run.once(String(step), () => Promise.resolve(step));
    }
    return steps;
  },
);
