import assert from 'node:assert/strict';
import { setTimeout } from 'node:timers/promises';
import type { Payload, PayloadCodec } from '@temporalio/common';
import { isLonghaulFailure, longActivity } from 'longhaul/activities';
import { useServer } from 'longhaul/testing';
import { call } from './workflows';

/** Can't encode so many checkpoints: its keys are in a service that is away. */
class Codec implements PayloadCodec {
  refusals = 0;

  async encode(payloads: Payload[]): Promise<Payload[]> {
    await Promise.resolve();
    const isCheckpoint = payloads.some(({ data }) => Buffer.from(data ?? []).includes('"longhaul":"checkpoint"'));
    if (isCheckpoint && this.refusals > 0) {
      this.refusals -= 1;
      throw new Error('the key service is away');
    }
    return payloads;
  }

  async decode(payloads: Payload[]): Promise<Payload[]> {
    return await Promise.resolve(payloads);
  }
}

const codec = new Codec();
const checkpoint = { parse: (value: unknown) => value as number };
const told: unknown[] = [];

const activities = {
  commits: longActivity({ checkpoint, minCommitIntervalMs: 0 }, async (job, refusals: number) => {
    if (job.attempt > 1) return [job.attempt, job.checkpoint.last];
    codec.refusals = refusals;
    try {
      await job.checkpoint.commit(7);
    } catch (error) {
      codec.refusals = 0;
      told.push(
        isLonghaulFailure(error, 'LonghaulCheckpoint'),
        isLonghaulFailure(job.signal.reason, 'LonghaulCheckpoint'),
      );
      throw error;
    }
    return [job.attempt, job.checkpoint.last];
  }),

  goesOn: longActivity({ checkpoint: { parse: (value) => value as object } }, async (job) => {
    if (job.attempt > 1) return job.checkpoint.last;
    const position = { page: 1, rows: [1] };
    job.checkpoint.save(position);
    // In the middle of the second page.
    position.page = 2;
    position.rows.push(2);
    await Promise.resolve();
    throw new Error('dies in the second page');
  }),

  awaitsNothing: longActivity({ checkpoint, minCommitIntervalMs: 500 }, async (job) => {
    await job.checkpoint.commit(1);
    void job.checkpoint.commit(2);
    return 'ended';
  }),

  takesDays: longActivity({}, async ({ signal }) => {
    await setTimeout(300);
    return signal.aborted;
  }),
};

describe('longActivity in rare moments', () => {
  const server = useServer(require.resolve('./workflows'), {
    activities,
    workerOptions: { dataConverter: { payloadCodecs: [codec] } },
  });
  const options = { startToCloseTimeout: '30 days', retry: { initialInterval: 1 } } as const;

  it('loses no checkpoint, and no attempt, to a codec that can not encode for a moment', () =>
    server.run(call, ['commits', [2], { ...options, heartbeatTimeout: 4_000 }], async (handle) => {
      assert.deepEqual(await handle.result(), [1, 7]);
    }));

  it('gives up an attempt whose beats can not be encoded for as long as the server waits', () =>
    server.run(call, ['commits', [1_000_000], { ...options, heartbeatTimeout: 1_000 }], async (handle) => {
      assert.deepEqual(await handle.result(), [2, null]);
      while (told.length === 0) await setTimeout(20);
      assert.deepEqual(told, [true, true]);
    }));

  it('keeps what was saved as it was then, whatever becomes of the object', () =>
    server.run(call, ['goesOn', [], { ...options, heartbeatTimeout: 4_000 }], async (handle) => {
      assert.deepEqual(await handle.result(), { page: 1, rows: [1] });
    }));

  it('does not end the process for a commit that nobody waits for', async () => {
    const unhandled: unknown[] = [];
    const note = (reason: unknown) => unhandled.push(reason);
    const others = process.listeners('unhandledRejection');
    process.removeAllListeners('unhandledRejection').on('unhandledRejection', note);
    try {
      await server.run(call, ['awaitsNothing', [], { ...options, heartbeatTimeout: 5_000 }], async (handle) => {
        assert.equal(await handle.result(), 'ended');
        await setTimeout(50);
      });
    } finally {
      process.removeAllListeners('unhandledRejection');
      for (const other of others) process.on('unhandledRejection', other);
    }
    assert.deepEqual(unhandled, []);
  });

  it('is not told of a deadline that is further away than any timer of Node', async () => {
    const real = globalThis.setTimeout;
    // The longest of them is over in a moment.
    const shortened = (then: () => void, ms?: number): NodeJS.Timeout => real(then, ms === 2 ** 31 - 1 ? 20 : ms);
    globalThis.setTimeout = Object.assign(shortened, real);
    try {
      await server.run(call, ['takesDays', [], { ...options, heartbeatTimeout: 5_000 }], async (handle) => {
        assert.equal(await handle.result(), false);
      });
    } finally {
      globalThis.setTimeout = real;
    }
  });
});
