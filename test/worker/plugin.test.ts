import assert from 'node:assert/strict';
import { join } from 'node:path';
import { bundleWorkflowCode } from '@temporalio/worker';
import type { ReplayWorkerOptions, WorkerOptions } from '@temporalio/worker';
import { longActivity } from 'longhaul/activities';
import { assertReplays, fromHistory, loadHistories } from 'longhaul/replay';
import { useServer } from 'longhaul/testing';
import { LonghaulPlugin } from 'longhaul/worker';
import { taskFailure } from '../workflows/support';
import { callsThrice } from './workflows';

const workflowsPath = require.resolve('./workflows');
const activities = { work: () => Promise.resolve('done') };
const unwatched = { startToCloseTimeout: '1 hour', scheduleToCloseTimeout: '1 day' };
const done = ['done', 'done', 'done'];

/** The history that a worker with these plugins records. */
function recordedWith(server: ReturnType<typeof useServer>) {
  return new Promise<Parameters<typeof fromHistory>[0]>((resolve, reject) => {
    server
      .run(callsThrice, [unwatched], async (handle) => {
        assert.deepEqual(await handle.result(), done);
        resolve(await handle.fetchHistory());
      })
      .catch(reject);
  });
}

describe('LonghaulPlugin', () => {
  describe("with enforce 'error'", () => {
    const server = useServer(workflowsPath, { activities, plugins: [new LonghaulPlugin({ enforce: 'error' })] });

    it('fails the workflow task of a long activity without a heartbeat timeout, also where failures are swallowed', () =>
      server.run(
        callsThrice,
        [unwatched],
        async (handle) => {
          assert.match(await taskFailure(handle), /'work' may run for a minute or more and has no heartbeatTimeout/);
          const { events } = await handle.fetchHistory();
          assert.ok(!events?.some((event) => event.activityTaskScheduledEventAttributes));
        },
        { leaveOpen: 'it waits for mended code', skipReplay: 'its open task fails on purpose' },
      ));

    for (const [what, options] of [
      ['with a heartbeat timeout and a ceiling', { ...unwatched, heartbeatTimeout: '45 seconds' }],
      ['that are short', { startToCloseTimeout: '59 seconds' }],
    ] as const) {
      it(`lets activities pass ${what}`, () =>
        server.run(callsThrice, [options], async (handle) => {
          assert.deepEqual(await handle.result(), done);
        }));
    }

    for (const [what, options, message] of [
      [
        'without a ceiling',
        { startToCloseTimeout: '1 hour', heartbeatTimeout: '9 seconds' },
        /no scheduleToCloseTimeout/,
      ],
      [
        'whose heartbeat timeout can never strike',
        { startToCloseTimeout: '30 seconds', heartbeatTimeout: '30 seconds' },
        /a heartbeatTimeout of 30 seconds and may run for 30 seconds: the heartbeat timeout can never strike/,
      ],
    ] as const) {
      it(`fails the workflow task of an activity ${what}`, () =>
        server.run(
          callsThrice,
          [options],
          async (handle) => {
            assert.match(await taskFailure(handle), message);
          },
          { leaveOpen: 'it waits for mended code', skipReplay: 'its open task fails on purpose' },
        ));
    }

    it('makes a longActivity without one fail retryably, where the activity says nothing itself', () =>
      server.run(
        callsThrice,
        [{ startToCloseTimeout: '30 seconds', retry: { maximumAttempts: 1 } }],
        async (handle) => {
          assert.deepEqual(await handle.result(), ['swallowed', 'swallowed', 'swallowed']);
        },
        { activities: { work: longActivity({}, () => Promise.resolve('done')) } },
      ));
  });

  describe('with enforce for single guards and activities', () => {
    const enforce = {
      heartbeatTimeout: 'error',
      scheduleToClose: 'off',
      activities: { work: { heartbeatTimeout: 'off' }, constructor: 'off' },
    } as const;
    const server = useServer(workflowsPath, { activities, plugins: [new LonghaulPlugin({ enforce })] });

    it('holds each to its own', async () => {
      const options = { startToCloseTimeout: '1 hour' };
      await server.run(callsThrice, [options], async (handle) => {
        assert.deepEqual(await handle.result(), done);
      });
      await server.run(
        callsThrice,
        [options, 'toString'],
        async (handle) => {
          assert.match(await taskFailure(handle), /longhaul: 'toString' may run [^;]*, and beat in it$/);
        },
        { leaveOpen: 'it waits for mended code', skipReplay: 'its open task fails on purpose' },
      );
    });
  });

  describe("with enforce 'warn', the default", () => {
    const server = useServer(workflowsPath, { activities, plugins: [new LonghaulPlugin()] });

    it('lets it run, and what it records replays without the plugin and under every setting of it', async () => {
      const history = fromHistory(await recordedWith(server), { workflowId: 'recorded with the plugin' });
      await assertReplays({ workflowsPath, histories: [history] });
      for (const enforce of ['error', 'warn', 'off'] as const) {
        await assertReplays({
          workflowsPath,
          histories: [history],
          replayOptions: { plugins: [new LonghaulPlugin({ enforce })] },
        });
      }
    });
  });

  describe('beside workers without it', () => {
    const server = useServer(workflowsPath, { activities });

    it("replays what they recorded, with enforce 'error' too", async () => {
      const history = fromHistory(await recordedWith(server), { workflowId: 'recorded without the plugin' });
      await assertReplays({
        workflowsPath,
        histories: [history],
        replayOptions: { plugins: [new LonghaulPlugin({ enforce: 'error' })] },
      });
    });
  });

  it('takes part in a replay, which calls it as a worker does', async () => {
    const calls: string[] = [];
    class Witness extends LonghaulPlugin {
      override configureReplayWorker(options: ReplayWorkerOptions): ReplayWorkerOptions {
        calls.push('configureReplayWorker');
        return super.configureReplayWorker(options);
      }
    }
    const [open] = await loadHistories([
      join(process.cwd(), 'replay-histories/compat/queue-open-run-1-sdk1.24.0.bin.gz'),
    ]);
    assert.ok(open);
    await assertReplays({
      workflowsPath: require.resolve('../compat/workflows'),
      histories: [open],
      replayOptions: { plugins: [new Witness()] },
    });
    assert.deepEqual(calls, ['configureReplayWorker']);
  });

  it('is applied once, however often it is given', async () => {
    const plugin = new LonghaulPlugin();
    const own = () => ({});
    const options: WorkerOptions = { taskQueue: 'q', interceptors: { activity: [own], workflowModules: ['./own'] } };
    const twice = await plugin.configureWorker(await new LonghaulPlugin().configureWorker(options));
    assert.equal(twice.interceptors?.activity?.length, 3);
    assert.ok(twice.interceptors.activity.includes(own));
    assert.equal(twice.interceptors.workflowModules?.length, 3);
    const bundle = plugin.configureBundler(plugin.configureBundler({ workflowsPath }));
    assert.equal(bundle.workflowInterceptorModules?.length, 2);
  });

  it('may be given to the bundler and the worker at once', async function () {
    this.timeout(30_000);
    const plugin = new LonghaulPlugin();
    const { code } = await bundleWorkflowCode({ workflowsPath, plugins: [plugin] });
    assert.match(code, /may run for a minute or more/);
  });

  it('refuses settings that are none with one sentence each', () => {
    for (const [options, message] of [
      [{ enforce: 'strict' }, "enforce is 'strict'; use 'error', 'warn' or 'off'"],
      [
        { enforce: { heartbeats: 'warn' } },
        "'enforce.heartbeats' is no option; use activities, heartbeatTimeout, heartbeatOverStartToClose, scheduleToClose, noBeats, beatInterval",
      ],
      [{ enforce: { noBeats: 'error' } }, "enforce.noBeats is 'error'; use one of 'warn', 'off'"],
      [{ enforce: { activities: { work: 'no' } } }, "enforce.activities.work is 'no'; use 'error', 'warn' or 'off'"],
      [
        { catalog: { job: { expectedMaxDuration: 'soon' } } },
        "catalog.job.expectedMaxDuration is 'soon'; use milliseconds from 1, or a string such as '45 seconds'",
      ],
      [{ catalog: { job: { expectedMaxDuration: 1, team: '' } } }, 'catalog.job.team is ""; use a name'],
    ] as const) {
      assert.throws(() => new LonghaulPlugin(options as never), new TypeError(`LonghaulPlugin: ${message}`));
    }
  });
});
