import assert from 'node:assert/strict';
import { join } from 'node:path';
import { blowsOf, itemsOf, signalsOf } from '../../scripts/chaos/plan';
import type { DrillSize } from '../../scripts/chaos/plan';
import { verdictOn } from '../../scripts/chaos/verdict';
import type { Outcome } from '../../scripts/chaos/verdict';
import { repositoryRoot } from '../../scripts/support/manifest';
import { runCommand } from '../../scripts/support/run-command';

const size: DrillSize = {
  signals: 10_000,
  kills: 20,
  serverKills: 3,
  rollOvers: 20,
  keys: 48,
  queues: 4,
  clients: 3,
  workers: 3,
};

const chaos = (...args: string[]) =>
  runCommand(process.execPath, [join(__dirname, '../../scripts/chaos.js'), ...args], { cwd: repositoryRoot() });

describe('the plan of a chaos drill', () => {
  const all = [0, 1, 2].flatMap((client) => signalsOf(7, size, client));

  it('sends a tenth of the signals twice, and the items of a key in their order', () => {
    assert.equal(all.flat().length, 10_000);
    assert.equal(itemsOf(7, size).length, 9_000);
    assert.equal(new Set(itemsOf(7, size).map(({ id }) => id)).size, 9_000);
    for (const signals of all) {
      const seen = new Set<number>();
      for (const { seq } of signals) {
        if (!seen.has(seq)) assert.equal(seq, seen.size + 1);
        seen.add(seq);
      }
    }
  });

  it('strikes as often as asked, in reach of the items, and the same for the same seed', () => {
    const blows = blowsOf(7, size);
    const count = (kind: string): number => blows.filter((blow) => blow.kind === kind).length;
    assert.deepEqual(['worker', 'server', 'roll-over'].map(count), [20, 3, 20]);
    assert.ok(blows.every(({ afterApplied }) => afterApplied >= 1 && afterApplied <= 9_000));
    assert.deepEqual(blowsOf(7, size), blows);
    assert.notDeepEqual(blowsOf(8, size), blows);
  });
});

describe('the verdict on a chaos drill', () => {
  const fine: Outcome = {
    kind: 'longhaul',
    sent: 9_000,
    lost: 0,
    reordered: 0,
    attempts: 9_011,
    applied: 9_000,
    suppressed: 11,
    droppedSignals: 1_000,
    runs: 60,
  };
  const blows = { kills: 20, serverKills: 3, rollOvers: 56 };
  const cases: [string, Partial<Outcome>, Partial<typeof blows>, RegExp | undefined][] = [
    ['passes one that lost nothing', {}, {}, undefined],
    ['fails one that lost an item', { lost: 1 }, {}, /^1 items were lost$/],
    ['fails one that changed an order', { reordered: 2 }, {}, /^2 items came out of the order of their key$/],
    [
      'fails one without a suppressed effect',
      { suppressed: 0 },
      {},
      /^the drill was too weak: 0 suppressed duplicates/,
    ],
    ['fails one without a dropped signal', { droppedSignals: 0 }, {}, /^the drill was too weak: 0 dropped duplicates/],
    ['fails one with too few kills', {}, { kills: 19 }, /^the drill was too weak: 19 worker kills, of at least 20$/],
    ['fails one with too few server kills', {}, { serverKills: 2 }, /too weak: 2 server kills/],
    ['fails one with too few rollovers', {}, { rollOvers: 4 }, /too weak: 4 rollovers/],
  ];
  for (const [title, outcome, struck, reason] of cases) {
    it(title, () => {
      const { passed, reasons } = verdictOn({ ...fine, ...outcome }, { ...blows, ...struck }, size);
      assert.equal(passed, reason === undefined);
      if (reason) assert.match(reasons.join(), reason);
    });
  }
});

describe('npm run chaos', function () {
  this.timeout(180_000);

  it('loses and reorders nothing while workers and the server are killed', async () => {
    const args = ['--alone', '--signals', '240', '--kills', '2', '--server-kills', '1', '--roll-overs', '3'];
    const { status, stdout, output } = await chaos(...args, '--seed', '5', '--json');
    assert.equal(status, 0, output);
    const { schema, ok, seed, blows, outcomes } = JSON.parse(stdout) as {
      schema: string;
      ok: boolean;
      seed: number;
      blows: object;
      outcomes: Outcome[];
    };
    assert.deepEqual({ schema, ok, seed }, { schema: 'longhaul.chaos/1', ok: true, seed: 5 });
    assert.deepEqual({ ...blows, rollOvers: 0 }, { kills: 2, serverKills: 1, rollOvers: 0 });
    const [{ sent, applied, lost, reordered, attempts, droppedSignals } = assert.fail()] = outcomes;
    assert.deepEqual({ sent, applied, lost, reordered }, { sent: 216, applied: 216, lost: 0, reordered: 0 });
    assert.ok(attempts > 216 && droppedSignals >= 24, `${attempts} attempts, ${droppedSignals} dropped`);
  });

  it('says in a line what is wrong with its options', async () => {
    const { status, output } = await chaos('--kills', 'many');
    assert.equal(status, 2);
    assert.equal(output, 'chaos: --kills takes a whole number from 0 to 1000000, not "many".\n');
  });
});
