import assert from 'node:assert/strict';
import { ActivityFailure, TimeoutFailure } from '@temporalio/common';
import { activityOutcome } from 'longhaul/workflows';

describe('what became of an activity', () => {
  for (const [timeout, outcome] of [
    ['SCHEDULE_TO_START', { outcome: 'neverStarted' }],
    ['START_TO_CLOSE', { outcome: 'unknown', timeout: 'START_TO_CLOSE' }],
  ] as const) {
    it(`is told from the timeout ${timeout} alone, where nothing else is known`, () => {
      const cause = new TimeoutFailure('timed out', undefined, timeout);
      const failure = new ActivityFailure('failed', 'charge', '1', 'TIMEOUT', 'worker', cause);
      assert.deepEqual(activityOutcome(failure), outcome);
    });
  }
});
