import assert from 'node:assert/strict';
import { WorkflowFailedError } from '@temporalio/client';
import { firstOf } from 'longhaul/workflows';
import { useServer } from 'longhaul/testing';
import * as activities from './activities';
import { taskFailure } from './support';
import * as flows from './workflows/time';

const failure = (error: unknown) => (error instanceof WorkflowFailedError ? error.cause?.message : String(error));

describe('firstOf', () => {
  const server = useServer(require.resolve('./workflows/time'), { activities });

  it('takes lost conditions off the list: 2,000 rounds leave none to evaluate', () =>
    server.run(
      flows.lostConditions,
      [2_000],
      async (handle) => {
        const left = await handle.result();
        assert.equal(left.firstOf, 0);
        assert.ok(
          left.race >= 600,
          `lost races are evaluated again, ${left.race} times: else this test could not fail`,
        );
      },
      { skipReplay: 'it takes as long again, and the other tests replay firstOf' },
    ));

  it('tells the winner by name, cancels the losers, and waits for their clean-up, whose failures are not its own', () =>
    server.run(flows.raceOfKinds, [], async (handle) => {
      assert.deepEqual(await handle.result(), ['told', 'cleaned up', { name: 'text', value: 'early' }, 5]);
    }));

  it('fails with what the first branch failed with, once the others have ended', () =>
    server.run(flows.failsFirst, [], async (handle) => {
      assert.deepEqual(await handle.result(), ['called off', 'first of all']);
    }));

  it('hands a cancellation to every branch, and waits for them', () =>
    server.run(flows.cancelledRace, [], async (handle) => {
      await handle.cancel();
      await assert.rejects(handle.result(), (error) => failure(error) === 'cancelled after one and two');
    }));

  it('gives an item that a loser was handed in the moment of losing back to its inbox', () =>
    server.run(flows.raceForItems, [], async (handle) => {
      for (const item of ['a', 'b', 'last']) await handle.signal(flows.go, item);
      const { got, cancelled } = await handle.result();
      assert.deepEqual(got, ['depth', 'outer', 'a', 'b', 'last']);
      assert.equal(cancelled, false);
    }));

  it('is typed by the name of the winner, and refuses to wait for nothing', async () => {
    const typed = async () => {
      const winner = await firstOf({ text: () => Promise.resolve('a'), number: () => Promise.resolve(1) });
      // @ts-expect-error -- there is no such branch
      if (winner.name === 'other') return '';
      // @ts-expect-error -- only one of the two has a length
      if (winner.value.length === 1) return '';
      return winner.name === 'text' ? winner.value.charAt(0) : winner.value.toFixed();
    };
    assert.equal(typeof typed, 'function');
    await assert.rejects(firstOf({}), /no branches/);
  });
});

describe('withTimeout and cleanUp', () => {
  const server = useServer(require.resolve('./workflows/time'), { activities });

  for (const [how, expected] of [
    ['ends', ['in time']],
    ['late', ['undone: deadline', 'LonghaulDeadline: the payment took too long (20 ms) and was called off']],
    ['answers late', ['undone: deadline', 'LonghaulDeadline: the payment took too long (20 ms) and was called off']],
    ['fails', ['undone: failed', 'Error: out of stock']],
    [
      'undo fails',
      [
        'undone: deadline',
        'LonghaulCleanUp: The clean-up failed (no refund) after: the payment took too long (20 ms) and was called off',
      ],
    ],
    ['cancelled', ['undone: cancelled', 'CancelledFailure: Workflow cancelled']],
  ] as const) {
    it(`${how}: ${expected.join(', ')}`, () =>
      server.run(flows.timesOut, [how], async (handle) => {
        if (how === 'cancelled') await handle.cancel();
        assert.deepEqual(await handle.result(), expected);
      }));
  }

  it('cleans nothing up for a bug, which waits for corrected code', () =>
    server.run(
      flows.buggy,
      [],
      async (handle) => {
        assert.match(await taskFailure(handle), /a bug/);
        const { events = [] } = await handle.fetchHistory();
        assert.equal(events?.filter((event) => event.activityTaskScheduledEventAttributes).length, 1);
      },
      { leaveOpen: 'its task fails', skipReplay: 'it fails in the replay too' },
    ));
});
