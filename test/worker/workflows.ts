import { SearchAttributeType, defineSearchAttributeKey } from '@temporalio/common';
import type { SearchAttributePair } from '@temporalio/common';
import {
  CancellationScope,
  condition,
  continueAsNew,
  defineSignal,
  defineUpdate,
  executeChild,
  getExternalWorkflowHandle,
  makeContinueAsNewFunc,
  patched,
  proxyActivities,
  proxyLocalActivities,
  setHandler,
  sleep,
  startChild,
  upsertMemo,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import type { ActivityOptions } from '@temporalio/workflow';

const nothing = () => Promise.reject(new Error('no such activity'));

/** Calls an activity three times; a failure of it is swallowed, as workflows do. */
export async function callsThrice(options: ActivityOptions, activity = 'work'): Promise<string[]> {
  const { [activity]: work = nothing } = proxyActivities<Record<string, () => Promise<string>>>(options);
  const results: string[] = [];
  for (let time = 0; time < 3; time += 1) {
    try {
      results.push(await work());
    } catch {
      results.push('swallowed');
    }
  }
  return results;
}

export const go = defineSignal('go');
export const ask = defineUpdate<string>('ask');

/** Ends at its first signal or update. */
export async function job(): Promise<void> {
  let gone = false;
  setHandler(go, () => {
    gone = true;
  });
  setHandler(ask, () => {
    gone = true;
    return 'asked';
  });
  await condition(() => gone);
}

/** Continues as new, then starts a `job` as its child, which ends with it. */
export async function chain(runs: number, own: SearchAttributePair[] = []): Promise<void> {
  if (runs > 0) {
    await makeContinueAsNewFunc<typeof chain>(own.length > 0 ? { typedSearchAttributes: own } : {})(runs - 1);
  }
  const child = await startChild(job, { workflowId: `${workflowInfo().workflowId}/child` });
  await child.signal(go);
  await child.result();
}

// longhaul-ignore require-heartbeat-timeout: what the worker is to find missing
// longhaul-ignore require-activity-timeout: the test ends it
const remote = proxyActivities<{ work(): Promise<string>; slow(): Promise<string> }>({ startToCloseTimeout: '1 hour' });
const local = proxyLocalActivities<{ work(): Promise<string> }>({ startToCloseTimeout: '10 seconds' });

/** A workflow that knows nothing of longhaul and issues every kind of command, in branches that run at once, over two runs. */
export async function everyCommand(run = 1): Promise<unknown[]> {
  const { workflowId } = workflowInfo();
  let told = false;
  setHandler(go, async () => {
    await local.work();
    told = true;
  });
  // longhaul-ignore require-all-handlers-finished: what the test asks is answered while the other commands run
  setHandler(ask, () => remote.work());
  upsertMemo({ run });
  upsertSearchAttributes([
    { key: defineSearchAttributeKey('TeamOwner', SearchAttributeType.KEYWORD), value: 'nobody' },
  ]);
  const [child, other] = await Promise.all([
    startChild(job, { workflowId: `${workflowId}/${run}/child` }),
    startChild(job, { workflowId: `${workflowId}/${run}/other` }),
  ]);
  const cancelled = new CancellationScope();
  const results = await Promise.all([
    remote.work(),
    local.work(),
    sleep(5).then(() => (patched('later') ? remote.work() : 'before')),
    cancelled.run(() => sleep('1 day')).catch(() => 'timer cancelled'),
    cancelled.run(() => remote.slow()).catch(() => 'activity cancelled'),
    executeChild(job, { workflowId: `${workflowId}/${run}/late`, workflowRunTimeout: '50 ms' }).catch(
      () => 'child timed out',
    ),
    other.result().then(
      () => 'done',
      () => 'child cancelled',
    ),
    (async () => {
      await condition(() => told || run > 1, '1 day');
      await getExternalWorkflowHandle(child.workflowId).signal(go);
      await getExternalWorkflowHandle(other.workflowId).cancel();
      cancelled.cancel();
      await child.result();
      return 'told';
    })(),
  ]);
  if (run === 1) await continueAsNew<typeof everyCommand>(2);
  return results;
}
