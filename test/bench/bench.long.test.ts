import assert from 'node:assert/strict';
import { join } from 'node:path';
import { differencePercent, median, medianInterval, quantile } from '../../scripts/bench/statistics';
import { repositoryRoot } from '../../scripts/support/manifest';
import { runCommand } from '../../scripts/support/run-command';

const bench = (...args: string[]) =>
  runCommand(process.execPath, [join(__dirname, '../../scripts/bench.js'), ...args], { cwd: repositoryRoot() });

describe('the statistics of the benchmark', () => {
  it('take medians and quantiles', () => {
    assert.equal(median([3, 1, 2]), 2);
    assert.equal(median([4, 1, 2, 3]), 2.5);
    assert.equal(quantile([0, 10], 0.95), 9.5);
  });

  it('give an interval that holds the median, is narrow for like values and the same each time', () => {
    const values = [1, 2, 3, 4, 5, 6, 7, 8, 9, 30];
    const { median: middle, low, high } = medianInterval(values);
    assert.equal(middle, 5.5);
    assert.ok(low >= 1 && low < 5.5 && high > 5.5 && high <= 30, `${low}, ${high}`);
    assert.deepEqual(medianInterval([7, 7, 7]), { median: 7, low: 7, high: 7 });
    assert.deepEqual(medianInterval(values), medianInterval(values));
  });

  it('compare pairs, not sides', () => {
    // The machine grew ten times slower meanwhile, and each pair says the same.
    const { median: middle } = differencePercent([
      [1, 1.1],
      [10, 11],
      [5, 5.5],
    ]);
    assert.equal(middle.toFixed(6), '10.000000');
  });
});

describe('npm run bench', () => {
  it('finds history events and billed actions of an item equal on both sides', async () => {
    const { output } = await bench('cost', '--pairs', '1', '--items', '45', '--workflows', '2');
    for (const what of ['history events', 'billed actions', 'rollovers of a round']) {
      assert.match(output, new RegExp(`\\| ${what} .*\\| +equal \\|`), output);
    }
    const rollOvers = /\| rollovers of a round +\| +(\d+) \|/.exec(output)?.[1];
    assert.ok(Number(rollOvers) >= 2, output);
  });

  it('says in a line which part it does not know', async () => {
    const { status, output } = await bench('speed');
    assert.equal(status, 2);
    assert.match(output, /^bench: knows no part 'speed'; use cost, signals, memory, replay, commits, load\.\n$/);
  });
});
