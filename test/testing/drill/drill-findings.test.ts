import assert from 'node:assert/strict';
import { findingsOf } from '../../../testing/drill/drill-findings';
import type { DrilledTimeouts, DrillTry } from '../../../testing/drill/drill-report';

const timeouts: DrilledTimeouts = {
  heartbeatMs: 1_000,
  startToCloseMs: 60_000,
  scheduleToStartMs: null,
  scheduleToCloseMs: null,
  maximumAttempts: 0,
};
const at = '2026-01-01T00:00:00.000Z';
const sound: Omit<DrillTry, 'findings'> = {
  workflowId: 'w',
  runId: 'r',
  activityId: '1',
  at,
  attempt: 1,
  attemptStartedAt: at,
  lastBeatAt: at,
  checkpoint: 7,
  timeout: 'heartbeat',
  failure: null,
  nextAttemptAt: at,
  replacedAfterMs: 500,
  resumedAfterMs: 2_000,
  redoneMs: 100,
  continued: true,
};

describe('what a drill finds', () => {
  const without: typeof sound = { ...sound };
  delete without.checkpoint;
  const cases: [what: string, tried: Omit<DrillTry, 'findings'>, found: string[], given?: Partial<DrilledTimeouts>][] =
    [
      ['one that resumes in time', sound, []],
      ['one without a heartbeat timeout', sound, ['no-heartbeat-timeout'], { heartbeatMs: null }],
      ['beats that carry nothing', without, ['no-checkpoint']],
      ['an attempt that begins before its checkpoint', { ...sound, continued: false }, ['checkpoint-ignored']],
      ['a checkpoint of which nothing can be told', { ...sound, continued: null }, []],
      [
        'one that fails for good',
        { ...sound, nextAttemptAt: null, resumedAfterMs: null, failure: 'x' },
        ['not-retried'],
      ],
      ['one that does not come', { ...sound, nextAttemptAt: null, resumedAfterMs: null }, ['not-in-time']],
      ['one that comes late', { ...sound, resumedAfterMs: 6_001 }, ['late']],
      // A suspended worker's open polls took what came between.
      ['one that comes after others that ran nowhere', { ...sound, nextAttempt: 4, resumedAfterMs: 70_000 }, []],
      ['a drain that ends in time', { ...sound, drainedAfterMs: 15_000 }, []],
      ['a drain that a platform may cut off', { ...sound, drainedAfterMs: 15_001 }, ['slow-drain']],
      ['one that comes as soon as there is a worker', { ...sound, replacedAfterMs: 8_000, resumedAfterMs: 9_000 }, []],
    ];
  for (const [what, tried, found, given = {}] of cases) {
    it(`${found.length === 0 ? 'says nothing of' : `names ${found.join()} of`} ${what}`, () => {
      const about = {
        activity: 'scan',
        how: 'kill',
        timeouts: { ...timeouts, ...given },
        hasBeaten: true,
        waitedMs: 9,
      } as const;
      assert.deepEqual(
        findingsOf(tried, about).map(({ rule }) => rule),
        found,
      );
    });
  }
});
