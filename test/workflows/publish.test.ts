import assert from 'node:assert/strict';
import { WorkflowStreamClient } from '@temporalio/workflow-streams/client';
import { longRunning, statusQuery } from 'longhaul/workflows';
import { useServer } from 'longhaul/testing';
import * as activities from './step-activities';
import { chainOf } from './support';
import * as flows from './workflows/steps';

describe('run.publish', () => {
  const server = useServer(require.resolve('./workflows/steps'), { activities });

  it('keeps the newest events in the status, with offsets that count over all runs', () =>
    server.run(flows.tells, [12], async (handle) => {
      await handle.result();
      assert.ok((await chainOf(server.client, handle)).length >= 3);
      const { published } = await handle.query(statusQuery);
      assert.deepEqual([published?.from, published?.next], [7, 12]);
      assert.deepEqual(
        published?.events?.map(({ offset, topic, event }) => [offset, topic, event]),
        [8, 9, 10, 11, 12].map((at) => [at - 1, 'counted', { at }]),
      );
    }));

  it('publishes to a stream whose subscribers follow it over rollovers and miss nothing', () =>
    server.run(flows.streams, [60], async (handle) => {
      const stream = WorkflowStreamClient.create(server.client, handle.workflowId);
      const got: [number, number][] = [];
      const external = stream.topic<{ at: number }>('events');
      const subscribed = (async () => {
        for await (const { offset, data } of external.subscribe(0, { pollCooldown: 1 })) {
          got.push([offset, data.at]);
          if (data.at === 60) return;
        }
      })();
      await subscribed;
      assert.deepEqual(
        got,
        Array.from({ length: 60 }, (_, offset) => [offset, offset + 1]),
      );
      await handle.signal(flows.go, 'end');
      const runs = await handle.result();
      assert.ok(runs >= 3, `${runs} runs`);
      const { published } = await handle.query(statusQuery);
      assert.equal(published?.next, 60);
      assert.equal(published.from, 0);
    }));

  it('cuts a stream to what is kept at each rollover', () =>
    server.run(flows.cutStream, [20], async (handle) => {
      await handle.result();
      const { published, run, historyLength } = await handle.query(statusQuery);
      assert.ok(run >= 3 && historyLength < 60);
      assert.equal(published?.next, 20);
      assert.ok(published.from >= 6, `from ${published.from}`);
    }));

  it('refuses to keep too much or nothing', () => {
    const state = { version: 1, initial: () => ({}) };
    for (const keep of [0, 10_001, 1.5]) {
      assert.throws(
        () => longRunning('a', { state, publish: { keep } }, () => Promise.resolve()),
        /publish.keep is .*; use a whole number from 1 to 10,000/,
      );
    }
  });
});
