import assert from 'node:assert/strict';
import { LonghaulPlugin } from 'longhaul/worker';
import { assertReplays, fromHistory } from 'longhaul/replay';
import { useServer } from 'longhaul/testing';
import { taskFailure } from '../workflows/support';
import * as activities from './activities';
import { call } from './workflows';

const workflowsPath = require.resolve('./workflows');
const unwatched = { startToCloseTimeout: 120_000 };

describe('the guard of LonghaulPlugin', () => {
  const plugins = [new LonghaulPlugin({ enforce: 'error' })];
  const guarded = useServer(workflowsPath, { activities, plugins });
  const plain = useServer(workflowsPath, { activities });

  it('refuses a long activity without a heartbeat timeout', () =>
    guarded.run(
      call,
      ['quick', unwatched],
      async (handle) => {
        assert.match(await taskFailure(handle), /'quick' may run for a minute or more and has no heartbeatTimeout/);
      },
      { leaveOpen: 'its task fails', skipReplay: 'its open task fails on purpose' },
    ));

  it('replays a history that was recorded without it', () =>
    plain.run(call, ['quick', unwatched], async (handle) => {
      await handle.result();
      const { workflowId } = handle;
      const histories = [fromHistory(await handle.fetchHistory(), { workflowId })];
      await assertReplays({ workflowsPath, histories, replayOptions: { plugins } });
    }));
});
