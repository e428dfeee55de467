import assert from 'node:assert/strict';
import { setTimeout } from 'node:timers/promises';
import { heartbeat } from '@temporalio/activity';
import { MockActivityEnvironment } from '@temporalio/testing';
import type { MetricTags } from '@temporalio/common';
import { BeatWatch } from '../../worker/beat-watch';

/** What the watch says of an attempt with this heartbeat timeout. */
async function hitsOf(heartbeatTimeoutMs: number, work: () => Promise<void>, level: 'warn' | 'off' = 'warn') {
  const hits: MetricTags[] = [];
  const warnings: string[] = [];
  const environment = new MockActivityEnvironment({ heartbeatTimeoutMs, activityType: 'hash' });
  Object.assign(environment.context, {
    log: { warn: (message: string) => warnings.push(message) },
    metricMeter: { createCounter: () => ({ add: (_: number, tags: MetricTags) => hits.push(tags) }) },
  });
  const watch = new BeatWatch(environment.context, () => level);
  await environment.run(work);
  watch.end();
  await setTimeout(heartbeatTimeoutMs);
  assert.equal(hits.length, warnings.length);
  return { guards: hits.map(({ guard }) => guard), warnings };
}

const beats = async (count: number, everyMs: number) => {
  for (let beat = 0; beat < count; beat += 1) {
    await setTimeout(everyMs);
    heartbeat();
  }
};

describe('the watch on beats', () => {
  it('warns once of an attempt that does not beat in half its heartbeat timeout', async () => {
    const { guards, warnings } = await hitsOf(100, () => setTimeout(200));
    assert.deepEqual(guards, ['no_beats']);
    assert.match(
      warnings[0] ?? '',
      /^longhaul: 'hash' has not beaten for \d\d+ ms, not once since it began, and its heartbeat timeout is 100 ms\./,
    );
  });

  it('warns of beats that come too far apart', async () => {
    const { guards } = await hitsOf(200, () => beats(2, 150).then(() => beats(1, 20)));
    assert.deepEqual(guards, ['no_beats']);
    const slow = await hitsOf(400, async () => {
      await beats(2, 20);
      await setTimeout(300);
    });
    assert.deepEqual(slow.guards, ['beat_interval']);
  });

  it('is silent about attempts that beat in time, end in time, have no heartbeat timeout, or are not to be watched', async () => {
    assert.deepEqual((await hitsOf(600, () => beats(8, 50))).guards, []);
    assert.deepEqual((await hitsOf(200, () => setTimeout(20))).guards, []);
    assert.deepEqual((await hitsOf(0, () => setTimeout(50))).guards, []);
    assert.deepEqual((await hitsOf(60, () => setTimeout(60), 'off')).guards, []);
  });
});
