import assert from 'node:assert/strict';
import { setTimeout } from 'node:timers/promises';
import { Context } from '@temporalio/activity';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import type { MetricMeter } from '@temporalio/common';
import { effect, idempotencyKey, isLonghaulFailure, longActivity } from 'longhaul/activities';
import type { EffectState, EffectStore } from 'longhaul/activities';
import { mockActivityEnvironment } from 'longhaul/testing';

const number = { checkpoint: { parse: (value: unknown) => value as number }, minCommitIntervalMs: 0 };
const failsWith =
  (type: Parameters<typeof isLonghaulFailure>[1], message = /./) =>
  (error: unknown) => {
    assert.ok(isLonghaulFailure(error, type), String(error));
    assert.match((error as Error).message, message);
    return true;
  };
const waits = ({ signal }: { signal: AbortSignal }) => setTimeout(60_000, undefined, { signal });

/** Never hears anything. */
const hangs = () => setTimeout(60_000, undefined, { ref: false });

describe('a long activity without a server', () => {
  it('commits, saves and goes on from a checkpoint', async () => {
    const mock = await mockActivityEnvironment({ checkpoint: { value: 3 } });
    const counts = longActivity(number, async ({ checkpoint }) => {
      await checkpoint.commit((checkpoint.last ?? 0) + 1);
      return checkpoint.last;
    });
    assert.equal(await mock.run(counts), 4);
    assert.equal(mock.checkpoint, 4);
  });

  it('tells by the reason of its signal what ended it', async () => {
    const reasons: unknown[] = [];
    const observes = longActivity(number, async ({ signal }) => {
      try {
        await setTimeout(60_000, undefined, { signal });
      } catch (error) {
        reasons.push(signal.reason);
        throw error;
      }
    });
    const told = async (tell: (mock: Awaited<ReturnType<typeof mockActivityEnvironment>>) => void, info = {}) => {
      const mock = await mockActivityEnvironment({ info: { heartbeatTimeoutMs: 100, ...info } });
      const done = mock.run(observes);
      done.catch(() => undefined);
      await setTimeout(20);
      tell(mock);
      await assert.rejects(done);
      return reasons.pop();
    };
    assert.ok((await told((mock) => mock.cancel())) instanceof CancelledFailure);
    failsWith('LonghaulHandover', /The worker shuts down/)(await told((mock) => mock.shutDown()));
    failsWith('LonghaulSuperseded')(await told((mock) => mock.answer('superseded')));
    const typeOf = (failure: unknown) => failure instanceof ApplicationFailure && failure.type;
    assert.equal(typeOf(await told((mock) => mock.answer('paused'))), 'ActivityPause');
    assert.equal(typeOf(await told((mock) => mock.answer('reset'))), 'ActivityReset');
    failsWith(
      'LonghaulHandover',
      /start-to-close timeout is near/,
    )(await told(() => undefined, { startToCloseTimeoutMs: 200 }));
    failsWith(
      'LonghaulHandover',
      /schedule-to-close timeout is near/,
    )(await told(() => undefined, { startToCloseTimeoutMs: 0, scheduleToCloseTimeoutMs: 200 }));
  });

  it('hands over with its last checkpoint before a deadline, at once only when it got further', async () => {
    for (const [progress, delay] of [
      [true, '1ms'],
      [false, undefined],
    ] as const) {
      const mock = await mockActivityEnvironment({ info: { startToCloseTimeoutMs: 1_000 } });
      const works = longActivity({ ...number, deadlineMargin: 900 }, async (job) => {
        if (progress) job.checkpoint.save(1);
        await waits(job).catch(() => {
          if (progress) job.checkpoint.save(2);
        });
        job.signal.throwIfAborted();
      });
      await assert.rejects(mock.run(works), (error: unknown) => {
        assert.ok(error instanceof ApplicationFailure);
        assert.equal(error.nextRetryDelay, delay);
        const checkpoint = { longhaul: 'checkpoint', version: 1, value: 2 };
        assert.deepEqual(error.details, [{ why: 'startToClose', ...(progress ? { checkpoint } : {}) }]);
        return failsWith('LonghaulHandover')(error);
      });
      if (progress) assert.equal(mock.checkpoint, 2);
    }
  });

  it('keeps an error of its own as the cause of a handover, and ends with one that is final', async () => {
    for (const [own, type] of [
      [new Error('no such table'), 'LonghaulHandover'],
      [ApplicationFailure.nonRetryable('no such table', 'NoTable'), 'NoTable'],
    ] as const) {
      const mock = await mockActivityEnvironment();
      const works = longActivity(number, async (job) => {
        await waits(job).catch(() => undefined);
        throw own;
      });
      const done = mock.run(works);
      void setTimeout(20).then(() => mock.shutDown());
      await assert.rejects(done, (error: unknown) => {
        assert.ok(error instanceof ApplicationFailure);
        assert.equal(error.type, type);
        assert.match(`${error.message} ${String(error.cause)}`, /no such table/);
        return true;
      });
    }
  });

  it('keeps no checkpoint that nothing would read', async () => {
    const mock = await mockActivityEnvironment();
    // @ts-expect-error -- it commits numbers, and does not say how they are read
    const works = longActivity<[], null, number>({}, async ({ checkpoint }) => {
      await checkpoint.commit(1);
      return null;
    });
    await assert.rejects(mock.run(works), /TypeError: .* that no attempt would read; add checkpoint: \{ parse \}/);
  });

  it('counts as stalled without progress, and not while it goes on or holds', async () => {
    const stallAfter = 100;
    const run = async (work: Parameters<typeof longActivity<[], unknown, number>>[1]) => {
      const mock = await mockActivityEnvironment({ info: { heartbeatTimeoutMs: 50 } });
      return await mock.run(longActivity({ ...number, stallAfter }, work));
    };
    await assert.rejects(run(hangs), failsWith('LonghaulStalled', /no progress for 100 ms/));
    await assert.rejects(run(waits), failsWith('LonghaulStalled'));
    await run(async ({ progress, checkpoint }) => {
      for (let at = 0; at < 4; at += 1) {
        await setTimeout(60);
        if (at % 2) progress();
        else checkpoint.save(at);
      }
    });
    assert.equal(await run(({ hold }) => hold('upload', '1 second', () => setTimeout(250, 'sent'))), 'sent');
    await run(({ hold }) =>
      hold('both', 1_000, () =>
        Promise.all([hold('a', 500, () => setTimeout(150)), hold('b', 500, () => setTimeout(250))]),
      ),
    );
    await assert.rejects(
      run(({ hold }) => hold('outer', '1 minute', () => hold('inner', 50, hangs))),
      failsWith('LonghaulStalled', /hold 'inner' took longer than its 50 ms/),
    );
  });

  it('refuses what hung code keeps after its attempt has ended', async () => {
    const refused: unknown[] = [];
    const mock = await mockActivityEnvironment({ info: { heartbeatTimeoutMs: 50 } });
    const late = longActivity({ ...number, stallAfter: 50 }, async ({ checkpoint }) => {
      await setTimeout(150);
      try {
        checkpoint.save(1);
      } catch (error) {
        refused.push(error);
      }
      await checkpoint.commit(2).catch((error: unknown) => refused.push(error));
    });
    await assert.rejects(mock.run(late), failsWith('LonghaulStalled'));
    const { length } = mock.beats;
    await setTimeout(200);
    assert.equal(refused.length, 2);
    for (const error of refused) failsWith('LonghaulStalled')(error);
    assert.equal(mock.beats.length, length, 'it still beats');
  });

  it('resumes pages behind the last one that was done', async () => {
    interface Page {
      cursor: number;
      rows: string[];
    }
    const pages = async function* (from = 0): AsyncGenerator<Page> {
      for (let cursor = from + 1; cursor <= 5; cursor += 1) {
        await Promise.resolve();
        yield { cursor, rows: [`row ${cursor}`] };
      }
    };
    for (const keep of ['save', 'commit'] as const) {
      const done: string[] = [];
      const reads = longActivity(number, async ({ checkpoint }, failAt: number) => {
        for await (const { cursor, rows } of checkpoint.resume(pages, { keep })) {
          if (cursor === failAt) throw ApplicationFailure.retryable('crash');
          done.push(...rows);
        }
      });
      const first = await mockActivityEnvironment();
      await assert.rejects(first.run(reads, 3), /crash/);
      assert.equal(first.checkpoint, 2);
      const second = await mockActivityEnvironment({ checkpoint: { value: first.checkpoint } });
      await second.run(reads, -1);
      assert.deepEqual(done, ['row 1', 'row 2', 'row 3', 'row 4', 'row 5']);
      if (keep === 'commit') assert.equal(second.checkpoint, 5);
    }
  });

  it('takes the cursor of pages that have none from a function, and does not keep a page left by break', async () => {
    const reads = longActivity(number, async ({ checkpoint }) => {
      for await (const page of checkpoint.resume(
        (from = 0) => ['a', 'b', 'c'].slice(from).map((word, at) => ({ word, at: from + at })),
        {
          cursor: ({ at }) => at + 1,
          keep: 'commit',
        },
      )) {
        if (page.word === 'b') break;
      }
      return checkpoint.last;
    });
    assert.equal(await (await mockActivityEnvironment()).run(reads), 1);
    const wrong = longActivity(number, async ({ checkpoint }) => {
      // @ts-expect-error -- pages without a cursor need the option
      for await (const page of checkpoint.resume(() => ['a'])) assert.ok(page);
    });
    await assert.rejects((await mockActivityEnvironment()).run(wrong), /pass \{ cursor: \(page\) => … \}/);
  });

  it('stops between two pages when it is to hand over', async () => {
    const mock = await mockActivityEnvironment();
    const reads = longActivity(number, async ({ checkpoint }) => {
      for await (const page of checkpoint.resume((from = 0) => [1, 2, 3].slice(from).map((cursor) => ({ cursor })))) {
        if (page.cursor === 2) mock.shutDown();
      }
    });
    await assert.rejects(mock.run(reads), failsWith('LonghaulHandover'));
    assert.equal(mock.checkpoint, 2);
  });

  it('migrates a checkpoint over versions, and refuses one that it has no step for', async () => {
    const migrating = longActivity(
      {
        checkpoint: {
          version: 3,
          migrate: { 1: (at: number) => ({ at }), 2: (old: { at: number }) => ({ page: old.at, retries: 0 }) },
          parse: (value: unknown, version) => ({ ...(value as { page: number; retries: number }), version }),
        },
      },
      ({ checkpoint }) => Promise.resolve(checkpoint.last),
    );
    const from = async (value: unknown, version: number) => {
      const mock = await mockActivityEnvironment({ checkpoint: { value, version } });
      return await mock.run(migrating);
    };
    assert.deepEqual(await from(7, 1), { page: 7, retries: 0, version: 3 });
    assert.deepEqual(await from({ at: 7 }, 2), { page: 7, retries: 0, version: 3 });
    await assert.rejects(from(7, 0), failsWith('LonghaulCheckpoint', /Add checkpoint\.migrate\[0\]/));
    await assert.rejects(from(null, 2), failsWith('LonghaulCheckpoint', /could not be migrated from version 2/));
  });

  it('refuses a checkpoint that the server would fail the activity for, before it is sent', async () => {
    const mock = await mockActivityEnvironment();
    const large = longActivity({ checkpoint: { parse: String } }, async ({ checkpoint }) => {
      await checkpoint.commit('x'.repeat(2_000_001));
    });
    await assert.rejects(mock.run(large), (error: unknown) => {
      assert.ok(error instanceof ApplicationFailure && error.nonRetryable);
      return failsWith('LonghaulCheckpoint', /keep the data itself in a store, and its key here/)(error);
    });
    assert.ok(mock.beats.every((beat) => JSON.stringify(beat).length < 100));
  });

  it('makes idempotency keys of the item that the workflow tells, or of one that is passed', async () => {
    const keyed = async (step: string, item?: string) => await idempotencyKey(step, item === undefined ? {} : { item });
    const told = await mockActivityEnvironment({ origin: { firstRunId: 'run-1', item: 'order/7' } });
    assert.equal(await told.run(keyed, 'charge'), 'default/test/run-1/order%2F7/charge');
    assert.equal(await told.run(keyed, 'charge', '8'), 'default/test/run-1/8/charge');
    const untold = await mockActivityEnvironment();
    await assert.rejects(untold.run(keyed, 'charge'), failsWith('LonghaulIdempotencyKey', /Pass one that names/));
  });

  it('counts what happens to it', async () => {
    const counted: string[] = [];
    const metricMeter = {
      createCounter: (name: string) => ({ add: () => counted.push(name) }),
      withTags: () => metricMeter,
    } as unknown as MetricMeter;
    const mock = await mockActivityEnvironment({ metricMeter, info: { heartbeatTimeoutMs: 5_000 } });
    const works = longActivity({ ...number, stallAfter: 100 }, async ({ checkpoint }) => {
      await checkpoint.commit(1);
      await hangs();
    });
    await assert.rejects(mock.run(works));
    const next = await mockActivityEnvironment({ metricMeter });
    void setTimeout(20).then(() => next.shutDown());
    await assert.rejects(next.run(longActivity(number, waits)));
    for (const name of ['activity_beats', 'activity_commits', 'activity_stalls', 'activity_handovers']) {
      assert.ok(counted.includes(`longhaul_${name}`), name);
    }
  });

  it('refuses options out of range, each with one sentence', () => {
    const make = (options: object) => () => longActivity(options, () => Promise.resolve());
    assert.throws(make({ stallAfter: 0 }), /stallAfter is 0; use milliseconds from 1/);
    assert.throws(make({ stallAfter: 'soon' }), /stallAfter is 'soon'; use milliseconds from 1, or a string such as/);
    assert.throws(make({ deadlineMargin: -1 }), /deadlineMargin is -1/);
    assert.throws(make({ stalAfter: 1 }), /'stalAfter' is no option; use stallAfter/);
    assert.throws(make({ checkpoint: { version: 0, parse: String } }), /checkpoint.version is 0/);
    assert.throws(make({ checkpoint: { maxBytes: 0, parse: String } }), /checkpoint.maxBytes is 0/);
  });
});

describe('effect', () => {
  /** One row. */
  const storeWith = (begun: EffectState, owned = true) => {
    const kept: unknown[] = [];
    const store: EffectStore = {
      begin: () => Promise.resolve(begun),
      complete: (_key, _fence, result) => Promise.resolve(owned && kept.push(result) > 0),
    };
    return { store, kept, key: 'key', fence: 1 };
  };

  it('does what is new, tells what may have happened, and repeats nothing that is done', async () => {
    const known: boolean[] = [];
    const work = ({ mayHaveHappened }: { mayHaveHappened: boolean }) => Promise.resolve(known.push(mayHaveHappened));
    const fresh = storeWith({ state: 'new' });
    assert.equal(await effect(fresh, work), 1);
    assert.deepEqual(fresh.kept, [1]);
    assert.equal(await effect(storeWith({ state: 'unknown' }), work), 2);
    assert.equal(await effect(storeWith({ state: 'done', result: 'as before' }), work as never), 'as before');
    assert.deepEqual(known, [false, true]);
  });

  it('stops an attempt that a newer one has overtaken, before and after its work', async () => {
    const nothing = () => Promise.resolve();
    await assert.rejects(
      effect(storeWith({ state: 'fenced' }), nothing),
      failsWith('LonghaulSuperseded', /newer attempt/),
    );
    await assert.rejects(effect(storeWith({ state: 'new' }, false), nothing), failsWith('LonghaulSuperseded'));
  });
});

it('mockActivityEnvironment runs plain activities too', async () => {
  const mock = await mockActivityEnvironment({ info: { attempt: 3 } });
  assert.equal(await mock.run(() => Promise.resolve(Context.current().info.attempt)), 3);
});
