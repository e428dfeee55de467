import { setTimeout } from 'node:timers/promises';
import { activityInfo } from '@temporalio/activity';
import type { WorkflowHandleWithFirstExecutionRunId } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { childOutcomes } from 'longhaul/activities';
import { rollOverSignal } from 'longhaul/workflows';
import { answerSignal, approvalQuery, callbackSignal } from 'longhaul/recipes';
import { addLine } from '../test/compat/recipes';
import type { RecipeActivities } from '../test/compat/recipes';

type Handle = WorkflowHandleWithFirstExecutionRunId;

const end = (handle: Handle) => handle.result();
const latest = ({ client, workflowId }: Handle) => client.getHandle(workflowId);

/** A golden history of each recipe, and of each way in which it waits, rolls over and ends. */
export const recipeGoldens = [
  { workflow: 'recipePoll', what: 'rolls over while it polls', play: end },
  {
    workflow: 'recipeApproval',
    what: 'reminds and rolls over between two answers and after the decision',
    async play(handle: Handle) {
      await handle.signal(answerSignal, { by: 'ann', decision: 'approve' });
      await handle.signal(answerSignal, { by: 'eve', decision: 'approve' });
      const auditOf = async () =>
        (
          await latest(handle)
            .query(approvalQuery, 'purchase')
            .catch(() => null)
        )?.audit;
      while (!(await auditOf())?.some(({ what }) => what === 'reminded')) await setTimeout(20);
      await handle.signal(rollOverSignal);
      await latest(handle).signal(answerSignal, { by: 'bob', decision: 'approve' });
      await end(handle);
    },
  },
  {
    workflow: 'recipeCallback',
    what: 'called back early and found by the poll',
    async play(handle: Handle) {
      await handle.signal(callbackSignal, { item: 'one', payload: 'called' });
      await setTimeout(80);
      await handle.signal(rollOverSignal);
      await end(handle);
    },
  },
  { workflow: 'recipeFanOut', what: 'over many rollovers', play: end },
  {
    workflow: 'recipeFanOutChildren',
    what: 'children outlive rollovers',
    children: ['/numbers/1', '/numbers/9'],
    play: end,
  },
  {
    workflow: 'recipeBatch',
    what: 'by size and by age over a rollover',
    async play(handle: Handle) {
      for (const line of ['a1', 'a2', 'a3', 'b1', 'a4']) await handle.signal(addLine, line);
      await handle.signal(rollOverSignal);
      await setTimeout(400);
      for (const line of ['c1', 'c2', 'poison', 'last']) await latest(handle).signal(addLine, line);
      await end(handle);
    },
  },
  { workflow: 'recipeCleanup', what: 'a round fails and the next goes on', play: end },
  { workflow: 'recipePipeline', what: 'over rollovers', play: end },
] as const;

const asked = new Map<string, number>();

/** How often this workflow came here before. */
function count(what: string): number {
  const key = `${activityInfo().workflowExecution?.workflowId ?? ''} ${what}`;
  const now = (asked.get(key) ?? 0) + 1;
  asked.set(key, now);
  return now;
}

export const recipeActivities: RecipeActivities = {
  async quick(id) {
    await Promise.resolve();
    if (id.includes('poison')) throw ApplicationFailure.nonRetryable('poison');
  },
  ask: (id) => Promise.resolve(count(id)),
  page(cursor = 1, to) {
    const items = Array.from({ length: 10 }, (_, index) => cursor + index);
    return Promise.resolve(cursor + 10 > to ? { items } : { items, next: cursor + 10 });
  },
  async sweep(from = 0) {
    await Promise.resolve();
    if (count('sweep') === 4) throw ApplicationFailure.nonRetryable('the disk is gone');
    return from < 4 ? { next: from + 2, removed: 2 } : { removed: 1 };
  },
  childOutcomes,
};
