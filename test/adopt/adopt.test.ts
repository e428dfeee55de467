import assert from 'node:assert/strict';
import type { WorkflowHandle, WorkflowHandleWithFirstExecutionRunId } from '@temporalio/client';
import { bundleOnce, useServer } from 'longhaul/testing';
import { LonghaulPlugin } from 'longhaul/worker';
import { until } from '../workflows/support';
import * as activities from './activities';
import * as longActivities from './long-activities';
import * as flows from './workflows';

describe('switching longhaul on, and off again, under open plain workflows', () => {
  const server = useServer(require.resolve('./workflows'), { activities });

  for (const enforce of ['warn', 'error'] as const) {
    const title = {
      warn: 'leaves 20 of them and their activities in flight alone',
      error: 'has those that would schedule unwatched work wait until it is switched off, and loses nothing',
    }[enforce];
    it(`${title}, with enforce: '${enforce}'`, async () => {
      const plugins = [new LonghaulPlugin({ enforce })];
      const workflowBundle = await bundleOnce(require.resolve('./workflows'), { plugins });
      const off = { workerOptions: { shutdownGraceTime: '100 ms' } };
      const on = { activities: longActivities, workerOptions: { ...off.workerOptions, workflowBundle, plugins } };
      // A task that fails for the second time is not answered: the next one comes when this has passed.
      const many = <T>(start: (options: object) => Promise<T>) =>
        Promise.all(Array.from({ length: 4 }, () => start({ workflowTaskTimeout: '3 seconds' })));
      const crawlMs = 4_000;

      const signalled = await many((options) => server.start(flows.signalled, [], options));
      const timed = await many((options) => server.start(flows.timed, [3_000], options));
      const turning = await many((options) => server.start(flows.turning, [], options));
      const crawling = await many((options) => server.start(flows.crawling, [crawlMs / 20], options));
      const watched = await many((options) => server.start(flows.watchedCrawling, [crawlMs / 20], options));
      const newest = ({ workflowId }: WorkflowHandle) => server.client.workflow.getHandle(workflowId);
      const send = async (word: string, handles: WorkflowHandle[]) => {
        for (const handle of handles) await newest(handle).signal(flows.go, word);
      };

      await server.work(async () => {
        for (const handle of [...signalled, ...timed, ...turning]) await recorded(handle, 'workflowTaskCompleted');
        for (const handle of [...crawling, ...watched]) await attempted(handle, ({ attempt }) => attempt >= 1);
      }, off);
      await send('one', [...signalled, ...turning]);
      await server.work(async () => {
        for (const handle of turning) await newest(handle).signal(flows.turn);
        for (const handle of turning) await recorded(handle, 'workflowExecutionContinuedAsNew');
        for (const handle of watched) await attempted(handle, ({ attempt }) => attempt >= 2);
        if (enforce === 'warn') {
          for (const handle of signalled) await recorded(handle, 'activityTaskCompleted');
          for (const handle of crawling) await attempted(handle, ({ attempt }) => attempt >= 2);
        } else {
          for (const handle of signalled) {
            const events = await recorded(handle, 'workflowTaskFailed');
            assert.ok(
              !events.some((event) => event.activityTaskScheduledEventAttributes),
              'it scheduled unwatched work',
            );
            assert.equal((await handle.describe()).status.name, 'RUNNING');
          }
          for (const handle of crawling) await attempted(handle, ({ refused }) => refused);
        }
      }, on);
      await send('two', [...signalled, ...turning]);
      await server.work(async () => {
        await send('three', turning);
        const results = (handles: WorkflowHandle[]) => Promise.all(handles.map((handle) => handle.result()));
        assert.deepEqual(await results(signalled), words(4, ['one', 'two']));
        assert.deepEqual(await results(timed), words(4, 'timed done'));
        assert.deepEqual(await results(turning), words(4, ['one', 'two', 'three']));
        assert.deepEqual(await results([...crawling, ...watched]), words(8, crawlMs / 20));
      }, off);
    }).timeout(150_000);
  }
});

function words<T>(count: number, word: T): T[] {
  return Array.from({ length: count }, () => word);
}

type EventName =
  'workflowTaskCompleted' | 'workflowTaskFailed' | 'workflowExecutionContinuedAsNew' | 'activityTaskCompleted';

/** Waits until the history of the run that was started holds such an event, and gives its events. */
async function recorded(
  { client, workflowId, firstExecutionRunId }: WorkflowHandleWithFirstExecutionRunId,
  name: EventName,
) {
  const firstRun = client.getHandle(workflowId, firstExecutionRunId);
  return await until(
    async () => (await firstRun.fetchHistory()).events ?? [],
    (events) => events.some((event) => Boolean(event[`${name}EventAttributes`])),
  );
}

interface Attempted {
  attempt: number;
  /** The last attempt failed because nobody watches it. */
  refused: boolean;
}

/** Waits until the run's activity has come so far, or has ended. */
async function attempted(handle: WorkflowHandle, isSoFar: (activity: Attempted) => boolean): Promise<void> {
  await until(
    async () => (await handle.describe()).raw.pendingActivities ?? [],
    ([activity]) => {
      if (!activity) return false;
      const { attempt, lastFailure } = activity;
      const type = lastFailure?.applicationFailureInfo?.type;
      return isSoFar({ attempt: attempt ?? 0, refused: type === 'LonghaulHeartbeatTimeout' });
    },
  );
}
