import { condition, defineSignal, isCancellation, proxyActivities, sleep } from '@temporalio/workflow';
import { defineSearchAttributeKey } from '@temporalio/common';
import { firstOf, inbox, longRunning, step, waitFor } from 'longhaul/workflows';
import { WorkflowStream } from '@temporalio/workflow-streams/workflow';
import type * as activities from '../step-activities';

export const go = defineSignal<[string]>('go');

const { think, flaky, lookUp, keep, slowly, registeredSearchAttributes } = proxyActivities<typeof activities>({
  startToCloseTimeout: '20 seconds',
  retry: { maximumAttempts: 4, initialInterval: 1, nonRetryableErrorTypes: ['Other'] },
  cancellationType: 'TRY_CANCEL',
});

const noState = { version: 1, initial: () => ({}) };
const counting = { version: 1, initial: (_to: number) => ({ at: 0 }) };

/** A step each time, with what it used, over several runs. */
export const thinks = longRunning('thinks', { state: counting, rollOver: { events: 20 } }, async (run) => {
  while (run.state.at < run.args[0]) {
    await run.safePoint();
    run.state.at += 1;
    const { text } = await run.step(think, [`step ${run.state.at}`], {
      name: 'think',
      usage: ({ tokens, cost }) => ({ tokens, cost, broken: NaN }),
    });
    run.phase = text;
  }
  const failed = await run.step(flaky, [1], { name: 'fragile', retry: 'never', try: true });
  return failed.ok;
});

/** Who tries again, and how a failure arrives. */
export async function owners(): Promise<unknown[]> {
  const log: unknown[] = [];
  log.push(await step(flaky, [2]));
  log.push(await step(flaky, [2], { retry: { maximumAttempts: 3, initialInterval: '1 ms' } }));
  const result = await step(flaky, [1], { retry: 'never', try: true });
  log.push(result.ok ? 'fine' : (result.failure.cause?.message ?? result.failure.message));
  const fine = await step(flaky, [0], { try: true });
  log.push(fine.ok ? fine.value : 'failed');
  try {
    await step(flaky, [1], { retry: 'never' });
  } catch (error) {
    log.push((error as Error).name);
  }
  await firstOf({
    step: () => step(slowly, [500], { try: true }).catch((error: unknown) => log.push(isCancellation(error))),
    now: () => sleep(1),
  });
  return log;
}

export async function retriesNoActivity(): Promise<void> {
  await step(() => Promise.resolve(1), [], { retry: 'never' });
}

/** The same key, twice. */
export async function cached(key: string): Promise<string[]> {
  const texts: string[] = [];
  for (let time = 0; time < 2; time += 1) {
    const result = await step(think, [key], { try: true, cache: { key, get: lookUp as never, put: keep } });
    texts.push(result.ok ? result.value.text : `failed: ${result.failure.cause?.message ?? ''}`);
  }
  return texts;
}

/** A rollover is asked for while a step is under way; its result must not be lost. */
export const holdsItsStep = longRunning(
  'holdsItsStep',
  { state: { version: 1, initial: () => ({ results: [] as string[] }) } },
  async (run) => {
    const lane = async () => {
      if (run.state.results.length > 0) return;
      run.state.results.push(await run.step(slowly, [400], { name: 'slowly' }));
      await run.safePoint();
    };
    const reader = async () => {
      while (run.state.results.length === 0) {
        await run.safePoint();
        await sleep(20);
      }
    };
    await Promise.all([lane(), reader()]);
    await run.safePoint();
    return { results: run.state.results, runs: run.number };
  },
);

/** More events than are kept, over several runs. */
export const tells = longRunning(
  'tells',
  { state: counting, rollOver: { events: 20 }, publish: { keep: 5 } },
  async (run) => {
    const told = { at: 0 };
    while (run.state.at < run.args[0]) {
      await run.safePoint();
      told.at = run.state.at += 1;
      run.publish(told, 'counted');
      await think('and go on');
    }
  },
);

/** The same into a stream, whose subscribers follow. It ends when it is told to, so that none of them comes too late. */
export const streams = longRunning(
  'streams',
  { state: counting, rollOver: { events: 60 }, inboxes: { gos: inbox(go) }, publish: { stream: WorkflowStream } },
  async (run) => {
    while (run.state.at < run.args[0]) {
      await run.safePoint();
      run.state.at += 1;
      run.publish({ at: run.state.at });
      await sleep(15);
    }
    await run.inboxes.gos.next();
    return run.number;
  },
);

export const cutStream = longRunning(
  'cutStream',
  { state: counting, rollOver: { events: 20 }, publish: { stream: WorkflowStream, keep: 5 } },
  async (run) => {
    while (run.state.at < run.args[0]) {
      await run.safePoint();
      run.publish({ at: (run.state.at += 1) });
      await think('and go on');
    }
    await run.safePoint();
  },
);

export const standsStill = longRunning(
  'standsStill',
  { state: noState, inboxes: { gos: inbox(go) }, deadline: '2 days' },
  async (run) => {
    run.phase = 'waits for everything';
    let done = false;
    const inAnHour = { timeout: '1 hour', what: 'the truck' } as const;
    await firstOf({
      truck: () => waitFor(() => done, inAnHour),
      step: () => run.step(slowly, [2_000], { name: 'load' }),
      end: () => run.inboxes.gos.next(),
    });
    done = true;
    run.phase = 'done';
  },
);

export const doneKey = defineSearchAttributeKey('LonghaulTestDone', 'INT');
export const laneKey = defineSearchAttributeKey('LonghaulTestLane', 'KEYWORD');
export const nowhereKey = defineSearchAttributeKey('LonghaulTestNowhere', 'KEYWORD');
/** Registered as `Int`. */
export const wrongTypeKey = defineSearchAttributeKey('LonghaulTestWrong', 'KEYWORD');
export const lateKey = defineSearchAttributeKey('LonghaulTestLate', 'KEYWORD');

/** Ten reports, most of them too soon after the last. */
export const shows = longRunning(
  'shows',
  {
    state: counting,
    rollOver: { events: 30 },
    progress: { registered: registeredSearchAttributes, minInterval: '1 hour' },
  },
  async (run) => {
    while (run.state.at < run.args[0]) {
      await run.safePoint();
      run.state.at += 1;
      await run.progress(
        { key: doneKey, value: run.state.at },
        { key: laneKey, value: 'fast' },
        { key: nowhereKey, value: 'left out' },
        { key: wrongTypeKey, value: 'an Int by this name' },
      );
      await think('and go on');
    }
    return run.number;
  },
);

export const assumes = longRunning('assumes', { state: noState, progress: { registered: 'assumed' } }, async (run) => {
  await run.progress({ key: lateKey, value: 'there' });
  await condition(() => true);
});

export const undeclaredProgress = longRunning('undeclaredProgress', { state: noState }, (run) =>
  run.progress({ key: doneKey, value: 1 }),
);
