import assert from 'node:assert/strict';
import { setTimeout } from 'node:timers/promises';
import { heartbeat } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { longActivity } from 'longhaul/activities';
import { useServer } from 'longhaul/testing';
import { outcomeOf } from './workflows';

const number = { checkpoint: { parse: (value: unknown) => value as number }, minCommitIntervalMs: 0 };
/** Goes on after its timeout, and not for ever. */
const outlasts = () => setTimeout(4_500);

const activities = {
  commitsAndOutlasts: longActivity({ ...number, deadlineMargin: 0 }, async ({ checkpoint }) => {
    await checkpoint.commit(41);
    await checkpoint.commit(42);
    await outlasts();
  }),
  outlasts: longActivity({ deadlineMargin: 0 }, outlasts),
  silent: outlasts,
  beatsOnce: async () => {
    heartbeat('row 7');
    await outlasts();
  },
  handsOver: longActivity({ ...number, deadlineMargin: 3_000 }, async ({ checkpoint, signal }) => {
    checkpoint.save(7);
    await setTimeout(60_000, undefined, { signal });
  }),
  stalls: longActivity({ ...number, stallAfter: 200 }, async ({ checkpoint }) => {
    await checkpoint.commit(3);
    await outlasts();
  }),
  stallsAtOnce: longActivity({ stallAfter: 200 }, outlasts),
  fails: () => Promise.reject(ApplicationFailure.nonRetryable('no such row', 'NoRow')),
};

/** Beats are due later than it, so that a busy machine does not turn it into a heartbeat timeout. */
const startToClose = { startToCloseTimeout: 3_000, heartbeatTimeout: 3_000 };
const once = { startToCloseTimeout: 60_000, retry: { maximumAttempts: 1 } };

describe('activityOutcome', () => {
  const server = useServer(require.resolve('./workflows'), { activities });

  const cases: [what: string, activity: string, options: object, outcome: object][] = [
    [
      'no worker took it',
      'fails',
      { ...once, taskQueue: 'nobody-polls-here', scheduleToStartTimeout: 200 },
      { outcome: 'neverStarted' },
    ],
    [
      'start-to-close ran out after two commits',
      'commitsAndOutlasts',
      { ...once, ...startToClose },
      { outcome: 'atCheckpoint', checkpoint: 42, version: 1, why: 'timeout' },
    ],
    [
      'start-to-close ran out before any checkpoint',
      'outlasts',
      { ...once, ...startToClose },
      { outcome: 'unknown', timeout: 'START_TO_CLOSE' },
    ],
    ['it never beat', 'silent', { ...once, heartbeatTimeout: 300 }, { outcome: 'unknown', timeout: 'HEARTBEAT' }],
    [
      'a plain heartbeat was its last',
      'beatsOnce',
      { ...once, heartbeatTimeout: 2_000 },
      { outcome: 'atCheckpoint', checkpoint: 'row 7', version: 0, why: 'timeout' },
    ],
    [
      'schedule-to-close ran out',
      'silent',
      { scheduleToCloseTimeout: 500, heartbeatTimeout: 60_000 },
      { outcome: 'unknown', timeout: 'SCHEDULE_TO_CLOSE' },
    ],
    [
      'it handed over and had no attempt left',
      'handsOver',
      { ...once, startToCloseTimeout: 4_000, heartbeatTimeout: 4_000 },
      { outcome: 'atCheckpoint', checkpoint: 7, version: 1, why: 'handedOver' },
    ],
    [
      'it stalled and had no attempt left',
      'stalls',
      { ...once, heartbeatTimeout: 10_000 },
      { outcome: 'atCheckpoint', checkpoint: 3, version: 1, why: 'stalled' },
    ],
    ['it stalled at once', 'stallsAtOnce', { ...once, heartbeatTimeout: 10_000 }, { outcome: 'stalled' }],
    ['it threw', 'fails', once, { outcome: 'failed', type: 'NoRow', message: 'no such row', nonRetryable: true }],
  ];

  it('tells the workflow how far the activity got', () =>
    server.work(async () => {
      const outcomes = await Promise.all(
        cases.map(async ([what, activity, options, expected]) => {
          const handle = await server.start(outcomeOf, [activity, [], options]);
          return [what, await handle.result(), expected] as const;
        }),
      );
      for (const [what, actual, expected] of outcomes) {
        assert.deepEqual(actual, expected, what);
      }
    }));
});
