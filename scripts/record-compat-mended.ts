import { setTimeout } from 'node:timers/promises';
import type { WorkflowHandleWithFirstExecutionRunId } from '@temporalio/client';
import { submit } from 'longhaul/client';
import { answerUpdate } from 'longhaul/recipes';
import { rollOverSignal, statusQuery } from 'longhaul/workflows';
import { hang } from '../test/compat/mended';
import { add, ask } from '../test/compat/parts';

type Handle = WorkflowHandleWithFirstExecutionRunId;

const end = (handle: Handle) => handle.result().catch(() => undefined);
const latest = ({ client, workflowId }: Handle) => client.getHandle(workflowId);

/** A golden history of each moment whose marker says that a run does what was mended. */
export const mendedGoldens = [
  {
    workflow: 'sharedMoments',
    what: 'two lanes and two failures at once',
    async play(handle: Handle) {
      await handle.signal(add, { id: 'i1', poison: true });
      await handle.signal(add, { id: 'i2', poison: true });
      await handle.signal(add, { id: 'i3' });
      await end(handle);
    },
  },
  {
    workflow: 'owedLater',
    what: 'rolls over before the next attempt',
    async play(handle: Handle) {
      const answer = submit(handle, ask, { id: 'i1', poison: true });
      const waits = async () => {
        const { asks } = (await latest(handle).query(statusQuery)).inboxes;
        return asks?.received === 1 && asks.depth === 1;
      };
      while (!(await waits())) await setTimeout(10);
      await handle.signal(rollOverSignal);
      await answer;
      await submit(handle, ask, { id: 'end', last: true });
      await end(handle);
    },
  },
  {
    workflow: 'cutShort',
    what: 'cancelled after its drain has timed out',
    async play(handle: Handle) {
      await handle.signal(hang);
      await handle.signal(rollOverSignal);
      while ((await latest(handle).query(statusQuery)).rollingOver === null) await setTimeout(10);
      await setTimeout(430);
      await latest(handle).cancel();
      await end(handle);
    },
  },
  { workflow: 'recipeFanOutAgain', what: 'after its source failed', play: end },
  {
    workflow: 'recipeCutOff',
    what: 'cut off and called again',
    async play(handle: Handle) {
      await handle.signal(add, { id: 'i1' });
      await end(handle);
    },
  },
  { workflow: 'recipeOthersChildren', what: 'ids that are taken', children: ['/lingers/3'], play: end },
  {
    workflow: 'recipeReminders',
    what: 'rolls over between two reminders',
    async play(handle: Handle) {
      await setTimeout(250);
      await handle.signal(rollOverSignal);
      while ((await latest(handle).query(statusQuery)).run < 2) await setTimeout(10);
      await submit(handle, answerUpdate, { by: 'ann', decision: 'approve' });
      await end(handle);
    },
  },
] as const;
