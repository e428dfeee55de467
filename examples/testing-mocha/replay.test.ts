import { join } from 'node:path';
import { assertReplays, loadHistories } from 'longhaul/replay';

describe('saved histories of the order queue', () => {
  it('replays what was recorded', async () => {
    const histories = await loadHistories([join(__dirname, 'replay-histories')]);
    await assertReplays({ workflowsPath: require.resolve('./workflows'), histories });
  });
});
