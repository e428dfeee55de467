import { Context } from '@temporalio/activity';
import { longActivity } from 'longhaul/activities';

export async function work(_id: string): Promise<void> {
  // The cost of an item is what is measured, not that of its work.
}

/** How many items of each workflow are done: the driver sends no more than are worked off. */
export const counted = new Map<string, number>();

export async function count(_id: string): Promise<void> {
  await Promise.resolve();
  const { workflowExecution } = Context.current().info;
  const workflowId = workflowExecution?.workflowId ?? '';
  counted.set(workflowId, (counted.get(workflowId) ?? 0) + 1);
}

export const commits = longActivity(
  { checkpoint: { parse: (value: unknown) => value as number }, minCommitIntervalMs: 0 },
  async ({ checkpoint }, count: number) => await timed(count, (at) => checkpoint.commit(at)),
);

/** What a plain activity has to do for the same: an acknowledged heartbeat of its own. */
export async function heartbeats(count: number): Promise<number[]> {
  const { client, info } = Context.current();
  return await timed(count, (at) => client.activity.heartbeat(info.taskToken, at));
}

async function timed(count: number, each: (at: number) => Promise<unknown>): Promise<number[]> {
  const taken: number[] = [];
  for (let at = 1; at <= count; at += 1) {
    const begun = performance.now();
    await each(at);
    taken.push(performance.now() - begun);
  }
  return taken;
}
