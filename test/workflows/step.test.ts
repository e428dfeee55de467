import assert from 'node:assert/strict';
import { setTimeout } from 'node:timers/promises';
import { Runtime } from '@temporalio/worker';
import { statusQuery, step } from 'longhaul/workflows';
import type { StepResult } from 'longhaul/workflows';
import { useServer, workflowRuns } from 'longhaul/testing';
import * as activities from './step-activities';
import { chainOf, taskFailure } from './support';
import * as flows from './workflows/steps';

describe('step', () => {
  const server = useServer(require.resolve('./workflows/steps'), { activities });

  const recorded: unknown[] = [];
  let restore = (): void => undefined;
  before(() => {
    const meter = Runtime.instance().metricMeter;
    restore = () => Reflect.deleteProperty(meter, 'createHistogram');
    const create = meter.createHistogram.bind(meter);
    meter.createHistogram = (name, ...rest) => {
      const histogram = create(name, ...rest);
      if (name === 'longhaul_step_usage') histogram.record = (value, tags) => recorded.push([tags, value]);
      return histogram;
    };
  });

  after(() => {
    restore();
  });

  it('sums what its steps did and used over all runs, and records it as a metric', () =>
    server.run(flows.thinks, [12], async (handle) => {
      assert.equal(await handle.result(), false);
      assert.ok((await chainOf(server.client, handle)).length >= 3);
      const { steps, usage, phase, lastProgressAt, startedAt } = await handle.query(statusQuery);
      assert.deepEqual(steps, {
        think: { done: 12, failed: 0, cached: 0, usage: { tokens: 120, cost: 3 } },
        fragile: { done: 0, failed: 1, cached: 0, usage: {} },
      });
      assert.deepEqual(usage, { tokens: 120, cost: 3 });
      assert.equal(phase, 'thought of step 12');
      assert.ok(lastProgressAt > startedAt);
      assert.equal(recorded.length, 24);
      for (const [at, of] of [
        { usage: 'tokens', value: 10 },
        { usage: 'cost', value: 0.25 },
      ].entries()) {
        const { workflowType, step: name, usage: unit } = (recorded[at] as [Record<string, string>])[0];
        assert.deepEqual(
          [workflowType, [name, unit], (recorded[at] as unknown[])[1]],
          ['thinks', ['think', of.usage], of.value],
        );
      }
    }));

  it('has one owner of retries, the server, and gives a failure as a value where asked', () =>
    server.run(flows.owners, [], async (handle) => {
      assert.deepEqual(await handle.result(), [3, 3, 'attempt 1', 1, 'ActivityFailure', true]);
      const { events } = await handle.fetchHistory();
      const policies = events?.flatMap(({ activityTaskScheduledEventAttributes: at }) => (at ? [at.retryPolicy] : []));
      const brief = policies?.map((policy) => [policy?.maximumAttempts, policy?.nonRetryableErrorTypes]);
      assert.deepEqual(brief?.slice(0, 3), [
        [4, ['Other']],
        [3, []],
        [1, []],
      ]);
    }));

  it('refuses to retry what is no activity', () =>
    server.run(
      flows.retriesNoActivity,
      [],
      async (handle) =>
        assert.match(await taskFailure(handle), /step 'step' has `retry` and was not given an activity/),
      { leaveOpen: 'its task fails', skipReplay: 'it fails in the replay too' },
    ));

  for (const [key, expected, called] of [
    ['kept', ['thought of kept', 'thought of kept'], 1],
    ['read-only', ['thought of read-only', 'thought of read-only'], 2],
    ['no store', ['failed: the store is away', 'failed: the store is away'], 0],
  ] as const) {
    it(`uses a store: '${key}' is worked on ${called} times`, () =>
      server.run(flows.cached, [key], async (handle) => {
        activities.calls.length = 0;
        assert.deepEqual(await handle.result(), expected);
        assert.equal(activities.calls.filter((prompt) => prompt === key).length, called);
      }));
  }

  it('keeps a rollover waiting until its result is there', () =>
    server.run(flows.holdsItsStep, [], async (handle) => {
      activities.calls.length = 0;
      while (activities.calls.length === 0) await setTimeout(5);
      await handle.signal('longhaul.rollOver');
      const { results, runs } = await handle.result();
      assert.deepEqual(results, ['at last']);
      assert.equal(runs, 2);
      assert.deepEqual(activities.calls, ['slowly']);
      assert.equal((await workflowRuns(server.client, { ...handle, runId: handle.firstExecutionRunId })).length, 2);
    }));

  it('is typed by its options', () => {
    const typed = async (): Promise<void> => {
      const text: string = (await step(activities.think, ['a'])).text;
      const result: StepResult<number> = await step(activities.flaky, [1], { try: true });
      // @ts-expect-error -- it may have failed
      // eslint-disable-next-line @typescript-eslint/no-unsafe-assignment -- of the error above
      const value: number = result.value;
      text.charAt(value);
      // @ts-expect-error -- the activity takes a number
      await step(activities.flaky, ['1']);
      // @ts-expect-error -- usage is made of numbers
      await step(activities.think, ['a'], { usage: ({ text: used }) => ({ used }) });
      // @ts-expect-error -- no length of time
      await step(activities.think, ['a'], { retry: { initialInterval: {} } });
    };
    assert.equal(typeof typed, 'function');
  });
});
