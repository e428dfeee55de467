import assert from 'node:assert/strict';
import { setTimeout } from 'node:timers/promises';
import { ApplicationFailure } from '@temporalio/common';
import { longActivity } from 'longhaul/activities';
import type { LongActivityJob } from 'longhaul/activities';
import { useServer } from 'longhaul/testing';
import { call } from './workflows';

const options = { checkpoint: { parse: (value: unknown) => value as number }, minCommitIntervalMs: 0 };
const heartbeatTimeout = 2_000;
const lastBefore = new Map<number, number>();

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
    if (job.attempt > 1) return [job.checkpoint.last, lastBefore.get(ms)];
    lastBefore.set(ms, await commitsFor(ms, job));
    throw ApplicationFailure.retryable('late');
  }),
};

describe('an activity that goes on for longer than its heartbeat timeout', function () {
  this.timeout(30_000);
  const server = useServer(require.resolve('./workflows'), { activities });
  const given = { startToCloseTimeout: 60_000, heartbeatTimeout, retry: { initialInterval: 1 } };

  it('is not given up by the core of its worker, which sees none of its beats', async () => {
    // The core gives up what has not beaten by it for the heartbeat timeout and five seconds.
    const ms = heartbeatTimeout + 6_500;
    await server.work(async () => {
      const [lasts, holds] = await Promise.all([
        server.start(call, ['lasts', [ms], given]),
        server.start(call, ['holds', [ms], given]),
      ]);
      assert.deepEqual(await Promise.all([lasts.result(), holds.result()]), [[1, true], 1]);
    });
  });

  it('goes on from its last commit after it failed', async () => {
    await server.work(async () => {
      const all = [2_000, 2_200, 3_000, 4_000].map(async (ms) => {
        const handle = await server.start(call, ['failsLate', [ms], given]);
        const [went, last] = (await handle.result()) as number[];
        assert.ok(went !== undefined && went > 10);
        assert.equal(went, last, `after ${ms} ms`);
      });
      await Promise.all(all);
    });
  });
});
