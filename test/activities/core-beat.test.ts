import assert from 'node:assert/strict';
import { setTimeout } from 'node:timers/promises';
import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import type { Payload, PayloadCodec } from '@temporalio/common';
import { isLonghaulFailure, longActivity } from 'longhaul/activities';
import { LonghaulPlugin } from 'longhaul/worker';
import { useServer } from 'longhaul/testing';
import { call, callUntilCancelled } from './workflows';

/** Can't encode what comes next, where told so. */
class Codec implements PayloadCodec {
  private refusals = 0;

  refuseNext(): void {
    this.refusals += 1;
  }

  async encode(payloads: Payload[]): Promise<Payload[]> {
    if (this.refusals === 0) return await Promise.resolve(payloads);
    this.refusals -= 1;
    throw new Error('the key service is away');
  }

  async decode(payloads: Payload[]): Promise<Payload[]> {
    return await Promise.resolve(payloads);
  }
}

const codec = new Codec();
const reasons: unknown[] = [];

const activities = {
  /** The first beat of the core can't be encoded; then it goes on, fails for good, or waits to be cancelled. */
  outlasts: longActivity(
    { checkpoint: { parse: (value) => value as number } },
    async ({ attempt, checkpoint, signal }, then: 'ends' | 'fails' | 'waits') => {
      if (attempt > 1) return [attempt, checkpoint.last];
      const context = Context.current();
      const { heartbeat } = context;
      const unencoded = new Promise<void>((resolve) => {
        const refused = (details?: unknown) => {
          Object.assign(context, { heartbeat });
          codec.refuseNext();
          heartbeat(details);
          setImmediate(resolve);
        };
        Object.assign(context, { heartbeat: refused });
      });
      await checkpoint.commit(7);
      await unencoded;
      await setTimeout(then === 'waits' ? 10_000 : 300, undefined, { signal }).catch(() => {
        reasons.push(signal.reason);
        throw signal.reason;
      });
      if (then === 'fails') throw ApplicationFailure.nonRetryable('for good', 'Own');
      return [attempt, checkpoint.last];
    },
  ),
};

const options = { startToCloseTimeout: 60_000, heartbeatTimeout: 1_000, retry: { initialInterval: 1 } };
const workerOptions = { dataConverter: { payloadCodecs: [codec] } };
const workflows = require.resolve('./workflows');

describe('a long activity whose worker can not encode a beat of the core', () => {
  describe('with the plugin', () => {
    const server = useServer(workflows, { activities, workerOptions, plugins: [new LonghaulPlugin()] });

    it('goes on, and ends as it would have', () =>
      server.work(async () => {
        const [ends, fails, waits] = await Promise.all([
          server.start(call, ['outlasts', ['ends'], options]),
          server.start(call, ['outlasts', ['fails'], options]),
          server.start(callUntilCancelled, ['outlasts', ['waits'], options]),
        ]);
        assert.deepEqual(await ends.result(), [1, 7]);
        await assert.rejects(fails.result(), (error) => {
          const failure = ((error as Error).cause as Error).cause as ApplicationFailure;
          return failure.type === 'Own' && failure.nonRetryable === true;
        });
        assert.deepEqual(reasons, []);
        await waits.cancel();
        assert.equal(await waits.result(), 'cancelled');
      }));
  });

  describe('without the plugin, by which alone it would hear of a shutdown', () => {
    const server = useServer(workflows, { activities, workerOptions });

    it('is tried again, and is not told that it was cancelled', () =>
      server.run(call, ['outlasts', ['ends'], options], async (handle) => {
        reasons.length = 0;
        assert.deepEqual(await handle.result(), [2, 7]);
        assert.ok(isLonghaulFailure(reasons[0], 'LonghaulCheckpoint'), String(reasons[0]));
      }));
  });
});
