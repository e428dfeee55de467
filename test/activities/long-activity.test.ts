import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { WorkflowFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { isLonghaulFailure, longActivity } from 'longhaul/activities';
import { useServer } from 'longhaul/testing';
import * as activities from './activities';
import { call, callLocally, callUntilCancelled } from './workflows';

const options = { startToCloseTimeout: 60_000, heartbeatTimeout: 1_000, retry: { initialInterval: 1 } };
const once = { ...options, retry: { maximumAttempts: 1 } };

describe('longActivity', () => {
  const server = useServer(require.resolve('./workflows'), { activities });

  it('brings a saved checkpoint to the server before it fails', () =>
    server.run(call, ['failsOnce', [], { ...options, heartbeatTimeout: 30_000 }], async (handle) => {
      assert.equal(await handle.result(), 5);
    }));

  it('never lets an older checkpoint overwrite a commit', () =>
    server.run(call, ['staleCommits', [20], options], async (handle) => {
      assert.equal(await handle.result(), 0);
    }));

  it('hears of a cancellation with its next beat, and ends as cancelled', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'longhaul-'));
    const file = join(folder, 'notes');
    await server.run(callUntilCancelled, ['observes', [file], options], async (handle) => {
      while (!(await readFile(file, 'utf8').catch(() => '')).includes('waits')) await setTimeout(20);
      await handle.cancel();
      assert.equal(await handle.result(), 'cancelled');
      assert.match(await readFile(file, 'utf8'), /\[1,"aborted",true\]/);
    });
    await rm(folder, { recursive: true });
  });

  for (const [what, type] of [
    ['pause', 'ActivityPause'],
    ['reset', 'ActivityReset'],
  ] as const) {
    it(`hears of a ${what} with its next beat, and keeps its checkpoint`, async () => {
      const folder = await mkdtemp(join(tmpdir(), 'longhaul-'));
      const file = join(folder, 'notes');
      const noted = async (word: string) => {
        while (!(await readFile(file, 'utf8').catch(() => '')).includes(word)) await setTimeout(20);
      };
      await server.run(call, ['told', [file], options], async (handle) => {
        await noted('waits');
        const { namespace, client } = server;
        const execution = { workflowId: handle.workflowId };
        const which = { namespace, execution, id: '1', identity: 'test' };
        if (what === 'pause') await client.workflowService.pauseActivity(which);
        else await client.workflowService.resetActivity({ ...which, resetHeartbeat: false });
        await noted(type);
        if (what === 'pause') await client.workflowService.unpauseActivity(which);
        assert.equal(await handle.result(), 1);
      });
      await rm(folder, { recursive: true });
    });
  }

  it('refuses, retryably, a checkpoint that newer code wrote', () =>
    server.run(
      call,
      ['newerVersion', [], { ...options, retry: { initialInterval: 1, maximumAttempts: 2 } }],
      async (handle) => {
        await assert.rejects(handle.result(), (error: unknown) => {
          const failure = causeOf(error);
          assert.equal(failure?.type, 'LonghaulCheckpoint');
          assert.match(failure.message, /was written as version 2; this worker knows up to 1/);
          return failure.nonRetryable !== true;
        });
      },
      {
        activities: {
          // The attempt after a deployment of older code.
          newerVersion: (() => {
            const older = longActivity({ checkpoint: { parse: (value: unknown) => value } }, () => Promise.resolve());
            let attempts = 0;
            return () => (++attempts === 1 ? activities.newerVersion() : older());
          })(),
        },
      },
    ));

  it('reads the details of a plain heartbeat as a checkpoint of version 0', () =>
    server.run(
      call,
      ['adopted', [], options],
      async (handle) => {
        assert.deepEqual(await handle.result(), { at: 7, version: 0 });
      },
      {
        activities: {
          adopted: (() => {
            let attempts = 0;
            return () => (++attempts === 1 ? activities.plainThenFail() : activities.adopted());
          })(),
        },
      },
    ));

  it('says which checkpoint could not be written', () =>
    server.run(call, ['unwritable', [], once], async (handle) => {
      await assert.rejects(handle.result(), (error: unknown) => isLonghaulFailure(error, 'LonghaulCheckpoint'));
    }));

  it('runs with a warning where no heartbeatTimeout was set', () =>
    server.run(call, ['watched', [], { startToCloseTimeout: 60_000 }], async (handle) => {
      assert.equal(await handle.result(), 'ran');
    }));

  it("fails retryably, with the fix, where none was set and enforce is 'error'", () =>
    server.run(
      call,
      ['watchedStrictly', [], { startToCloseTimeout: 60_000, retry: { maximumAttempts: 1 } }],
      async (handle) => {
        await assert.rejects(handle.result(), (error: unknown) => {
          const failure = causeOf(error);
          assert.equal(failure?.type, 'LonghaulHeartbeatTimeout');
          assert.match(failure.message, /Add heartbeatTimeout: '45 seconds'/);
          return failure.nonRetryable !== true;
        });
      },
    ));

  it('refuses to run as a local activity, which can not beat', () =>
    server.run(callLocally, ['watched', []], async (handle) => {
      await assert.rejects(handle.result(), (error: unknown) => isLonghaulFailure(error, 'LonghaulHeartbeatTimeout'));
    }));

  it('refuses options out of range with one sentence', () => {
    assert.throws(
      () => longActivity({ minCommitIntervalMs: -1 }, () => Promise.resolve()),
      /minCommitIntervalMs is -1/,
    );
  });
});

/** The failure that the activity ended with, as the client sees it. */
function causeOf(error: unknown): ApplicationFailure | undefined {
  for (let at: unknown = error; at instanceof Error; at = at.cause) if (at instanceof ApplicationFailure) return at;
  assert.ok(error instanceof WorkflowFailedError);
  return undefined;
}
