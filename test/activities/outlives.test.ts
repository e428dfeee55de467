import assert from 'node:assert/strict';
import { setTimeout } from 'node:timers/promises';
import { ApplicationFailure } from '@temporalio/common';
import { longActivity } from 'longhaul/activities';
import type { LongActivityJob } from 'longhaul/activities';
import { useServer } from 'longhaul/testing';
import { call } from './workflows';

const options = { checkpoint: { parse: (value: unknown) => value as number }, minCommitIntervalMs: 0 };
const heartbeatTimeout = 1_000;
let last = 0;

async function commitsFor(ms: number, { checkpoint, signal }: LongActivityJob<number>): Promise<number> {
  const until = Date.now() + ms;
  let step = checkpoint.last ?? 0;
  while (Date.now() < until) {
    await checkpoint.commit((step += 1));
    await setTimeout(30, undefined, { signal });
  }
  return step;
}

const activities = {
  lasts: longActivity(options, async (job, ms: number) => {
    const steps = await commitsFor(ms, job);
    return [job.attempt, steps > 30];
  }),

  holds: longActivity({}, async (job, ms: number) => {
    await job.hold('one long step', '1 minute', () => setTimeout(ms, undefined, { signal: job.signal }));
    return job.attempt;
  }),

  failsLate: longActivity(options, async (job, ms: number) => {
    if (job.attempt > 1) return job.checkpoint.last;
    last = await commitsFor(ms, job);
    throw ApplicationFailure.retryable('late');
  }),
};

describe('an activity that goes on for longer than its heartbeat timeout', function () {
  this.timeout(30_000);
  const server = useServer(require.resolve('./workflows'), { activities });
  const given = { startToCloseTimeout: 60_000, heartbeatTimeout, retry: { initialInterval: 1 } };

  it('is not given up by the core of its worker, which sees none of its beats', async () => {
    // The core gives up what has not beaten by it for the heartbeat timeout and five seconds.
    const ms = heartbeatTimeout + 7_000;
    await server.work(async () => {
      const [lasts, holds] = await Promise.all([
        server.start(call, ['lasts', [ms], given]),
        server.start(call, ['holds', [ms], given]),
      ]);
      assert.deepEqual(await Promise.all([lasts.result(), holds.result()]), [[1, true], 1]);
    });
  });

  it('goes on from its last commit after it failed', async () => {
    for (const ms of [1_100, 1_500, 2_100]) {
      await server.run(call, ['failsLate', [ms], given], async (handle) => {
        assert.equal(await handle.result(), last);
      });
    }
  });
});
