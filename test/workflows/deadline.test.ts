import assert from 'node:assert/strict';
import { longRunning, statusQuery } from 'longhaul/workflows';
import { useServer, workflowRuns } from 'longhaul/testing';
import * as activities from './activities';
import { taskFailure } from './support';
import * as flows from './workflows/time';

describe('run.deadline', () => {
  const server = useServer(require.resolve('./workflows/time'), { activities });

  it('holds for the whole chain, and records no timer until something waits on it', () =>
    server.run(flows.deadlineOverRuns, [5_000], async (handle) => {
      const { type, at, startedAt, gaveUpAt, left } = await handle.result();
      assert.equal(type, 'LonghaulDeadline');
      assert.equal(at, startedAt + 5_000);
      assert.ok(gaveUpAt >= startedAt + 5_000, `gave up ${gaveUpAt - startedAt} ms after the start`);
      assert.equal(left, 0);
      const runs = await workflowRuns(server.client, { ...handle, runId: handle.firstExecutionRunId });
      const timers = runs.map(({ history }) => history.events?.filter((event) => event.timerStartedEventAttributes));
      assert.deepEqual(
        timers.map((of) => of?.length),
        [0, 0, 1],
      );
    }));

  it('is followed by those who wait when it moves, and begins no work once it has passed', () =>
    server.run(flows.movedDeadline, [], async (handle) => {
      await handle.signal(flows.go, 'go');
      const [go, early, nap, ...rest] = await handle.result();
      assert.deepEqual([go, early], ['go', 'false']);
      assert.match(nap ?? '', /^(the nap took too long \(until .*Z\) and was called off|Waited until .*Z for nobody)/);
      assert.deepEqual(rest, ['true', '0', 'late work took too long (until then) and was called off']);
      assert.ok(((await handle.query(statusQuery)).deadline ?? 0) > 0);
    }));

  it('says what to do where none is set', () =>
    server.run(
      flows.noDeadline,
      [],
      async (handle) => {
        assert.match(await taskFailure(handle), /waitFor was given a deadline that is not set: set run.deadline first/);
      },
      { leaveOpen: 'its task fails', skipReplay: 'it fails in the replay too' },
    ));

  it('refuses a length of time that is none', () => {
    const state = { version: 1, initial: () => ({}) };
    const body = () => Promise.resolve();
    assert.throws(() => longRunning('a', { state, deadline: -1 }, body), /longRunning 'a': deadline is -1; give it/);
    assert.throws(() => longRunning('a', { state, deadline: '3 parsecs' as never }, body), /parsecs/);
  });
});
