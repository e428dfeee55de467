import { setTimeout } from 'node:timers/promises';
import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { longActivity } from 'longhaul/activities';

/** Makes its one checkpoint in the first attempt, and has the third tell what is left of it. */
export const checkpointsOnce = longActivity(
  { checkpoint: { parse: (value: unknown) => value as number } },
  async ({ checkpoint, attempt }) => {
    if (attempt === 1) await checkpoint.commit(5);
    // Long enough for the attempt's first beats.
    if (attempt === 2) await setTimeout(600);
    if (attempt < 3) throw ApplicationFailure.retryable(`attempt ${attempt} fails`);
    return checkpoint.last;
  },
);

/** Tells what the server has at the moment at which a commit returns. */
export const asksServer = longActivity(
  { checkpoint: { parse: (value: unknown) => value as number } },
  async ({ checkpoint }): Promise<unknown> => {
    // After the first beat a commit waits for `minCommitIntervalMs`, so that one that does not wait for its answer is early.
    await setTimeout(200);
    await checkpoint.commit(5);
    const { client, info } = Context.current();
    const { raw } = await client.workflow.getHandle(info.workflowExecution?.workflowId ?? '').describe();
    const data = raw.pendingActivities?.[0]?.heartbeatDetails?.payloads?.[0]?.data;
    return JSON.parse(Buffer.from(data ?? []).toString());
  },
);

export const quick = (): Promise<string> => Promise.resolve('done');
