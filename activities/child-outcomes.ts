import { Context } from '@temporalio/activity';
import { WorkflowNotFoundError } from '@temporalio/common';
import type { ChildOutcome } from '../workflows/recipes/child-outcome';

const atOnce = 20;

/**
 * Tells how workflows stand: the fall-back check of `fanOutChildren`, for children that ended without telling their parent.
 *
 * It is an activity: offer it to the worker beside your own. Needs a `heartbeatTimeout` no more than any short activity does.
 *
 * @param workflowIds At most 100 at once, so that the answer stays small.
 */
export async function childOutcomes(workflowIds: string[]): Promise<ChildOutcome[]> {
  const outcomes: ChildOutcome[] = [];
  for (let from = 0; from < workflowIds.length; from += atOnce) {
    outcomes.push(...(await Promise.all(workflowIds.slice(from, from + atOnce).map(outcomeOf))));
  }
  return outcomes;
}

async function outcomeOf(workflowId: string): Promise<ChildOutcome> {
  const handle = Context.current().client.workflow.getHandle(workflowId);
  try {
    const { status } = await handle.describe();
    if (status.name === 'RUNNING' || status.name === 'PAUSED') return { workflowId, outcome: 'running' };
    if (status.name !== 'COMPLETED') return { workflowId, outcome: 'failed', error: `it ended as ${status.name}` };
    return { workflowId, outcome: 'succeeded', result: await handle.result() };
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
    return { workflowId, outcome: 'failed', error: 'there is no such workflow: its retention may be over' };
  }
}
