import assert from 'node:assert/strict';
import { join } from 'node:path';
import { assertReplays, loadHistories, replayHistories } from 'longhaul/replay';

const folder = join(process.cwd(), 'replay-histories');
const threeDaysMs = 3 * 24 * 60 * 60 * 1_000;

describe('saved histories', () => {
  it('of each release of the protocol replay on this code', async () => {
    const histories = await loadHistories([join(folder, 'compat')]);
    const report = await assertReplays({ workflowsPath: require.resolve('./workflows'), histories });
    assert.deepEqual(report.coverage.workflowTypes.missing, []);
    assert.equal(report.summary.pass + report.summary.drift, histories.length);
  });

  it('of a first run whose rollover limit was changed without `was` fail, and say so', async () => {
    for (const [limit, file] of [
      ['lower', 'queue-open-run-1-sdk1.24.0.bin.gz'],
      ['higher', 'queue-closed-chain-run-1-sdk1.24.0.bin.gz'],
    ] as const) {
      const histories = await loadHistories([join(folder, 'compat', file)]);
      const report = await replayHistories({ workflowsPath: require.resolve(`./${limit}-limit`), histories });
      assert.ok(!report.ok, `${limit}: ${JSON.stringify(report.histories)}`);
      assert.match(report.histories[0]?.divergence?.hint ?? '', /a rollOver limit was changed: declare the old limit/);
    }
  });

  it('of the example, over three days and more, replay on the code that has changed since', async () => {
    const histories = await loadHistories([folder]);
    const report = await replayHistories({
      workflowsPath: require.resolve('../../examples/inventory/workflows'),
      histories,
    });
    assert.ok(report.ok, JSON.stringify(report.histories, null, 1));
    assert.ok(report.histories.filter(({ spanMs }) => spanMs >= threeDaysMs).length >= 2);
  });
});
