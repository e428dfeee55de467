import { setTimeout } from 'node:timers/promises';
import type { WorkflowHandleWithFirstExecutionRunId } from '@temporalio/client';
import { submit } from 'longhaul/client';
import {
  dropDeadLetters,
  pauseSignal,
  redriveDeadLetters,
  resumeSignal,
  rollOverSignal,
  statusQuery,
} from 'longhaul/workflows';
import { TestServer, bundleOnce, startServer } from 'longhaul/testing';
import { linger } from '../test/compat/adopting';
import { turn } from '../test/compat/adopting-before';
import { add, addNote, ask, tell } from '../test/compat/parts';
import type { Item } from '../test/compat/parts';
import type * as flows from '../test/compat/workflows';
import { mendedGoldens } from './record-compat-mended';
import { recipeActivities, recipeGoldens } from './record-compat-recipes';
import { saveChain } from './save-chain';

type Handle = WorkflowHandleWithFirstExecutionRunId;

interface Golden {
  workflow: keyof typeof flows;
  what: string;
  args?: unknown[];
  /** Children whose histories are saved too, by what their ids have after the workflow's. */
  children?: readonly string[];
  /** What it is sent while the code before is deployed, where it began on that. */
  begin?: (handle: Handle) => Promise<unknown>;
  /** Brings the workflow to where its history is to be saved. */
  play: (handle: Handle) => Promise<unknown>;
}

const send = async (handle: Handle, from: number, to: number, more: Partial<Item> = {}) => {
  for (let at = from; at <= to; at += 1) await handle.signal(add, { id: `i${at}`, ...(at === to ? more : {}) });
};
const end = (handle: Handle) => handle.result().catch(() => undefined);

/** One of each thing that a run can do to its history. */
const goldens: Golden[] = [
  {
    workflow: 'queue',
    what: 'closed chain',
    play: async (handle) => {
      await send(handle, 1, 20);
      await send(handle, 15, 25, { last: true });
      await end(handle);
    },
  },
  {
    workflow: 'queue',
    what: 'open',
    play: async (handle) => {
      await send(handle, 1, 3);
      await until(handle, ({ inboxes }) => inboxes['items']?.received === 3 && inboxes['items'].leases === 0);
    },
  },
  {
    workflow: 'queue',
    what: 'rollover on request',
    play: async (handle) => {
      await handle.signal(rollOverSignal);
      await send(handle, 1, 2, { last: true });
      await end(handle);
    },
  },
  {
    workflow: 'queue',
    what: 'undeclared signal',
    play: async (handle) => {
      await handle.signal('nobody', 'knows');
      await handle.signal(rollOverSignal);
      await send(handle, 1, 2, { last: true });
      await end(handle);
    },
  },
  {
    workflow: 'wide',
    what: 'drains before rollover',
    play: async (handle) => {
      await send(handle, 1, 20, { last: true });
      await end(handle);
    },
  },
  {
    workflow: 'lanes',
    what: 'two lanes',
    play: async (handle) => {
      for (let at = 1; at <= 12; at += 1) {
        await send(handle, at, at);
        await handle.signal(addNote, `n${at}`);
      }
      await send(handle, 13, 13, { last: true });
      await end(handle);
    },
  },
  {
    workflow: 'cleansUp',
    what: 'cancelled while it waits',
    play: async (handle) => {
      await send(handle, 1, 2);
      await until(handle, ({ inboxes }) => inboxes['items']?.leases === 0 && inboxes['items'].depth === 0);
      await handle.cancel();
      await send(handle, 3, 4, { last: true });
      await end(handle);
    },
  },
  {
    workflow: 'cleansUp',
    what: 'cancelled while it drains for a rollover',
    play: async (handle) => {
      await send(handle, 1, 2);
      await handle.signal(rollOverSignal);
      await until(handle, ({ rollingOver, inboxes }) => rollingOver !== null || inboxes['items']?.leases === 1);
      await handle.cancel();
      await send(handle, 3, 4, { last: true });
      await end(handle);
    },
  },
  {
    workflow: 'cleansUp',
    what: 'cancelled and rolls over in its clean-up',
    play: async (handle) => {
      await send(handle, 1, 2);
      await handle.cancel();
      await send(handle, 3, 20, { last: true });
      await end(handle);
    },
  },
  {
    workflow: 'oneByOne',
    what: 'dead letter and leftovers',
    play: async (handle) => {
      await send(handle, 1, 2, { poison: true });
      await send(handle, 3, 5, { last: true });
      await end(handle);
    },
  },
  {
    workflow: 'burst',
    what: 'items without a command',
    play: async (handle) => {
      await send(handle, 1, 6, { last: true });
      await end(handle);
    },
  },
  { workflow: 'steps', what: 'safe points', args: [8], play: end },
  {
    workflow: 'relimited',
    what: 'changed limit',
    play: async (handle) => {
      await send(handle, 1, 20, { last: true });
      await end(handle);
    },
  },
  {
    workflow: 'answers',
    what: 'updates, retries, a pause and a redrive',
    play: async (handle) => {
      const asked = Promise.all(['q1', 'q2', 'q1'].map((id) => submit(handle, ask, { id })));
      for (const id of ['t1', 't2']) await submit(handle, tell, { id });
      await send(handle, 1, 4, { poison: true });
      await asked;
      await submit(handle, ask, { id: 'bad', poison: true }).catch(() => undefined);
      await until(handle, ({ deadLetters }) => deadLetters.length === 2);
      await handle.signal(pauseSignal);
      await send(handle, 5, 8);
      const now = handle.client.getHandle(handle.workflowId);
      await now.executeUpdate(redriveDeadLetters, { args: [{ ids: ['i4'] }] });
      await now.executeUpdate(dropDeadLetters, { args: [{ all: true }] });
      await handle.signal(rollOverSignal);
      await until(handle, ({ run, rollingOver }) => run >= 2 && rollingOver === null);
      await handle.signal(resumeSignal);
      for (let at = 3; at < 16; at += 1) await submit(handle, ask, { id: `q${at}` });
      await submit(handle, ask, { id: 'end', last: true });
      await end(handle);
    },
  },
  { workflow: 'feeds', what: 'pages and a list', args: [9], play: end },
  {
    workflow: 'timed',
    what: 'limits and clean ups',
    play: async (handle) => {
      await send(handle, 1, 3);
      await send(handle, 4, 4, { poison: true });
      await send(handle, 5, 9, { last: true });
      await end(handle);
    },
  },
  {
    workflow: 'timed',
    what: 'cancelled',
    play: async (handle) => {
      await send(handle, 1, 2);
      await until(handle, ({ inboxes }) => inboxes['items']?.leases === 0 && inboxes['items'].depth === 0);
      await handle.cancel();
      await end(handle);
    },
  },
  { workflow: 'stepwise', what: 'steps events and progress', args: [4], play: end },
  {
    workflow: 'adopted',
    what: 'begun on the code before and ends on it',
    args: ['a'],
    begin: (handle) => send(handle, 1, 2),
    play: async (handle) => {
      await send(handle, 2, 4, { last: true });
      await end(handle);
    },
  },
  {
    workflow: 'adopted',
    what: 'continued as new by the code before',
    args: ['b'],
    begin: async (handle) => {
      await send(handle, 1, 2);
    },
    play: async (handle) => {
      await send(handle, 3, 4);
      await handle.signal(turn);
      // The code before answers no such query.
      while ((await statusOf(handle).catch(() => undefined)) === undefined) await setTimeout(10);
      await send(handle, 4, 20, { last: true });
      await end(handle);
    },
  },
  {
    workflow: 'adopted',
    what: 'started by an old client with items',
    args: ['c', [{ id: 'i1' }, { id: 'i2' }], ['i0']],
    play: async (handle) => {
      await send(handle, 0, 15, { last: true });
      await end(handle);
    },
  },
  {
    workflow: 'adopted',
    what: 'started with its own argument',
    args: [{ name: 'd' }],
    play: async (handle) => {
      await send(handle, 1, 15, { last: true });
      await end(handle);
    },
  },
  {
    workflow: 'pieces',
    what: 'one at once',
    args: [1],
    play: async (handle) => {
      await send(handle, 1, 12);
      await send(handle, 10, 15);
      await handle.signal(add, { id: 'end' });
      await end(handle);
    },
  },
  {
    workflow: 'pieces',
    what: 'three at once with a handler at work',
    args: [3],
    play: async (handle) => {
      await handle.signal(linger, 1_500);
      await send(handle, 1, 30);
      await handle.signal(add, { id: 'end' });
      await end(handle);
    },
  },
  {
    workflow: 'onto',
    what: 'on a worker without deployments',
    play: async (handle) => {
      await send(handle, 1, 15, { last: true });
      await end(handle);
    },
  },
  { workflow: 'heavy', what: 'with much to carry', args: [6], play: end },
];

const activities = {
  ...recipeActivities,
  slow: () => setTimeout(150),
};

/** Records each golden history that is not there yet, with every run of its chain. */
export async function recordCompat(folder: string, codeVersion: string): Promise<void> {
  const server = await startServer({ searchAttributes: { LonghaulGoldenDone: 'Int' } });
  const tests = await TestServer.connect(server, require.resolve('../test/compat/workflows'), {
    activities,
    // Histories are committed with their identities: not those of this machine.
    workerOptions: { identity: 'worker' },
    clientOptions: { identity: 'recorder' },
  });
  tests.beginTest('golden');
  const start = ({ workflow, args = [] }: Golden) =>
    tests.start(workflow, args as never, { leaveOpen: 'recorded while open' });
  try {
    const begun = await beginOnCodeBefore(tests, start);
    await tests.work(async () => {
      for (const golden of [...goldens, ...recipeGoldens, ...mendedGoldens] as Golden[]) {
        const { what, children = [], play } = golden;
        const handle = begun.get(golden) ?? (await start(golden));
        await play(handle);
        await saveChain(folder, { client: tests.client, handle, what, codeVersion });
        for (const suffix of children) {
          const workflowId = `${handle.workflowId}${suffix}`;
          const { runId } = await tests.client.workflow.getHandle(workflowId).describe();
          const child = { workflowId, firstExecutionRunId: runId };
          await saveChain(folder, {
            client: tests.client,
            handle: child,
            what: `child ${suffix.slice(-1)}`,
            codeVersion,
          });
        }
      }
    });
    await tests.endTest();
  } finally {
    await tests.close();
    await server.stop();
  }
}

/** Starts what is to begin on the code that was deployed before, and leaves it open. */
async function beginOnCodeBefore(
  tests: TestServer,
  start: (golden: Golden) => Promise<Handle>,
): Promise<Map<Golden, Handle>> {
  const workflowBundle = await bundleOnce(require.resolve('../test/compat/adopting-before'));
  const begun = new Map<Golden, Handle>();
  await tests.work(
    async () => {
      for (const golden of goldens) {
        if (!golden.begin) continue;
        const handle = await start(golden);
        begun.set(golden, handle);
        await golden.begin(handle);
        while (!(await hasCompleted(handle))) await setTimeout(10);
      }
    },
    { workerOptions: { workflowBundle } },
  );
  return begun;
}

/** Whether its first workflow task is done, which decides on which code it goes on. */
async function hasCompleted(handle: Handle): Promise<boolean> {
  const { events } = await handle.fetchHistory();
  return events?.some((event) => event.workflowTaskCompletedEventAttributes) === true;
}

type Status = Awaited<ReturnType<typeof statusOf>>;

async function statusOf(handle: Handle) {
  return await handle.client.getHandle(handle.workflowId).query(statusQuery);
}

async function until(handle: Handle, reached: (status: Status) => boolean): Promise<void> {
  while (!reached(await statusOf(handle))) await setTimeout(10);
}
