import assert from 'node:assert/strict';

import { planSchedule, runSchedule } from '../../testing';

describe('a schedule', () => {
  const counts = { items: 50, duplicates: 7, rollOvers: 4, crashes: 3, pauses: 2, pauseMs: 1 };

  it('is the same for the same seed, and another for another', () => {
    assert.deepEqual(planSchedule(7, counts), planSchedule(7, counts));
    assert.notDeepEqual(planSchedule(7, counts), planSchedule(8, counts));
  });

  it('has exactly what was asked for, in an order that makes sense, whatever the seed', () => {
    for (let seed = 0; seed < 300; seed += 1) {
      const steps = planSchedule(seed, counts);
      const count = (what: string): number => steps.filter((step) => step.do === what).length;
      assert.deepEqual(['send', 'send-again', 'roll-over', 'crash', 'pause'].map(count), [50, 7, 4, 3, 2]);
      const sent = new Set<number>();
      for (const step of steps) {
        if (step.do === 'send') assert.equal(step.item, sent.size + 1);
        if (step.do === 'send-again') assert.ok(sent.has(step.item), `seed ${seed}: ${step.item}`);
        if (step.do === 'send') sent.add(step.item);
      }
      assert.deepEqual(steps.at(-1), { do: 'send', item: 50, last: true });
    }
  });

  it('names its seed and its step when something fails, and is repeated by it', async () => {
    const sent: number[] = [];
    const options = {
      ...counts,
      crashes: 0,
      seed: 4_711,
      rollOver: () => Promise.resolve(),
      send: ({ number }: { number: number }) => {
        sent.push(number);
        return sent.length === 20 ? Promise.reject(new Error('lost it')) : Promise.resolve();
      },
    };
    await assert.rejects(runSchedule(options), {
      name: 'ScheduleError',
      seed: 4_711,
      message:
        /^The schedule with seed 4711 failed at step \d+ of 63 \(send(-again)? \d+\): lost it\nRepeat it with LONGHAUL_SEED=4711, or with \{ seed: 4711 \}\./,
    });
    const first = sent.splice(0);
    await assert.rejects(runSchedule(options), /failed at step/);
    assert.deepEqual(sent, first);
    await assert.rejects(
      runSchedule({
        items: 1,
        send: () => Promise.resolve(),
        check: () => Promise.reject(new Error('one is missing')),
      }),
      /^ScheduleError: The schedule with seed \d+ failed in check\(\): one is missing/,
    );
    await assert.rejects(
      runSchedule({ items: 1, send: () => new Promise<void>(() => undefined), withinMs: 20 }),
      /failed at step 1 of 1 \(send 1\): it took longer than 20 ms/,
    );
  });

  it('takes its seed from LONGHAUL_SEED', async () => {
    process.env.LONGHAUL_SEED = '12';
    try {
      const { seed } = await runSchedule({ items: 1, send: () => Promise.resolve() });
      assert.equal(seed, 12);
      process.env.LONGHAUL_SEED = 'twelve';
      await assert.rejects(runSchedule({ items: 1, send: () => Promise.resolve() }), /LONGHAUL_SEED is "twelve"/);
    } finally {
      delete process.env.LONGHAUL_SEED;
    }
  });

  it('refuses counts that make no sense, and what it has no function for', async () => {
    const send = (): Promise<void> => Promise.resolve();
    assert.throws(() => planSchedule(1, { items: 0 }), /whole number from 1 as items, not 0/);
    assert.throws(() => planSchedule(1, { items: 5, duplicates: 5 }), /room for 4 duplicates, not 5/);
    await assert.rejects(runSchedule({ items: 5, rollOvers: 1, send }), /needs rollOver\(\)/);
    await assert.rejects(runSchedule({ items: 5, crashes: 1, send }), /needs worker\(\)/);
  });
});
