import assert from 'node:assert/strict';
import { statusQuery } from 'longhaul/workflows';
import { useServer, workflowRuns } from 'longhaul/testing';
import * as activities from './step-activities';
import { taskFailure } from './support';
import * as flows from './workflows/steps';

describe('longhaul.status', () => {
  const server = useServer(require.resolve('./workflows/steps'), { activities });

  it('tells the phase and each thing that the run waits on', () =>
    server.run(flows.standsStill, [], async (handle) => {
      const { phase, waitingOn, startedAt, deadline, inboxes, steps } = await handle.query(statusQuery);
      assert.equal(phase, 'waits for everything');
      assert.deepEqual(
        waitingOn.map(({ kind, what, until }) => [kind, what, until === undefined]),
        [
          ['firstOf', 'truck | step | end', true],
          ['waitFor', 'the truck', false],
          ['step', 'load', true],
          ['inbox', 'gos', true],
        ],
      );
      const truck = waitingOn[1];
      assert.equal((truck?.until ?? 0) - (truck?.since ?? 0), 3_600_000);
      assert.equal((deadline ?? 0) - startedAt, 172_800_000);
      assert.equal(inboxes['gos']?.depth, 0);
      assert.equal(steps, undefined);
      await handle.signal(flows.go, 'go');
      await handle.result();
      const after = await handle.query(statusQuery);
      assert.deepEqual([after.phase, after.waitingOn], ['done', []]);
      assert.ok(after.lastProgressAt > after.startedAt);
    }));
});

describe('run.progress', () => {
  const server = useServer(require.resolve('./workflows/steps'), {
    activities,
    searchAttributes: { LonghaulTestDone: 'Int', LonghaulTestLane: 'Keyword', LonghaulTestWrong: 'Int' },
  });

  it('sets what has changed, at most once per interval and at the end of each run, and leaves out what is not registered', () =>
    server.run(flows.shows, [10], async (handle) => {
      const runs = await handle.result();
      assert.ok(runs >= 3, `${runs} runs`);
      const histories = await workflowRuns(server.client, { ...handle, runId: handle.firstExecutionRunId });
      const upserts = histories.map(
        ({ history }) =>
          history.events?.flatMap(({ upsertWorkflowSearchAttributesEventAttributes: at }) =>
            at
              ? [
                  Object.keys(at.searchAttributes?.indexedFields ?? {})
                    .sort()
                    .join(),
                ]
              : [],
          ) ?? [],
      );
      assert.deepEqual(upserts[0], ['LonghaulTestDone,LonghaulTestLane', 'LonghaulTestDone']);
      for (const later of upserts.slice(1)) assert.deepEqual(later, ['LonghaulTestDone']);
      const asked = histories.map(
        ({ history }) =>
          history.events?.filter(
            ({ activityTaskScheduledEventAttributes: at }) => at?.activityType?.name === 'registeredSearchAttributes',
          ).length,
      );
      // What is missing is asked for once more in each run: somebody may have registered it.
      assert.deepEqual(
        asked,
        histories.map(() => 1),
      );
      const { typedSearchAttributes } = await handle.describe();
      assert.equal(typedSearchAttributes.get(flows.doneKey), 10);
    }));

  it('waits, where it may not ask, for somebody to register what is missing', () =>
    server.run(flows.assumes, [], async (handle) => {
      assert.match(await taskFailure(handle), /LonghaulTestLate/);
      const { namespace, connection } = server;
      await connection.operatorService.addSearchAttributes({
        namespace,
        searchAttributes: { LonghaulTestLate: 2 as never },
      });
      await handle.result();
    }));

  it('says which option is missing', () =>
    server.run(
      flows.undeclaredProgress,
      [],
      async (handle) => assert.match(await taskFailure(handle), /needs the option progress: \{ registered: … \}/),
      { leaveOpen: 'its task fails', skipReplay: 'it fails in the replay too' },
    ));
});
