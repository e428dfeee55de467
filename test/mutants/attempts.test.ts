import assert from 'node:assert/strict';
import { setTimeout } from 'node:timers/promises';
import { ApplicationFailure } from '@temporalio/common';
import { isLonghaulFailure, longActivity } from 'longhaul/activities';
import type { LongActivityJob } from 'longhaul/activities';
import { mockActivityEnvironment } from 'longhaul/testing';

const number = { checkpoint: { parse: (value: unknown) => value as number } };

describe('one attempt', () => {
  it('hears of its deadline before start-to-close cuts it off', async () => {
    const mock = await mockActivityEnvironment({ info: { startToCloseTimeoutMs: 1_000 } });
    const works = longActivity({ deadlineMargin: 900 }, ({ signal }) => setTimeout(3_000, 'unheard', { signal }));
    await assert.rejects(mock.run(works), (error) => isLonghaulFailure(error, 'LonghaulHandover'));
  });

  it('brings what it saved to the server before it fails', async () => {
    const mock = await mockActivityEnvironment();
    const saves = longActivity(number, ({ checkpoint }) => {
      checkpoint.save(5);
      return Promise.reject(ApplicationFailure.retryable('fails'));
    });
    await assert.rejects(mock.run(saves), /fails/);
    assert.equal(mock.checkpoint, 5);
  });

  it('keeps no checkpoint once it has ended', async () => {
    const mock = await mockActivityEnvironment();
    const left: LongActivityJob<number>[] = [];
    await mock.run(
      longActivity(number, (job) => {
        left.push(job);
        return Promise.resolve();
      }),
    );
    assert.throws(() => left[0]?.checkpoint.save(1), /has ended/);
  });

  it('sends with each beat what it saved', async () => {
    const mock = await mockActivityEnvironment({ info: { heartbeatTimeoutMs: 100 } });
    const saves = longActivity(number, async ({ checkpoint }) => {
      await setTimeout(50);
      checkpoint.save(7);
      await setTimeout(500);
      return mock.checkpoint;
    });
    assert.equal(await mock.run(saves), 7);
  });

  it('is stopped when the server no longer waits for it', async () => {
    const mock = await mockActivityEnvironment({ info: { heartbeatTimeoutMs: 100 } });
    mock.answer('superseded');
    const works = longActivity({}, ({ signal }) => setTimeout(2_000, 'unheard', { signal }));
    await assert.rejects(mock.run(works));
  });
});
