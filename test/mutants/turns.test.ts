import { join } from 'node:path';
import { assertReplays, loadHistories } from 'longhaul/replay';

describe('the promise turns of protocol 1', () => {
  it('are those of its golden history', async () => {
    const histories = await loadHistories([join(process.cwd(), 'test/mutants/turns/histories')]);
    await assertReplays({ workflowsPath: require.resolve('./turns/workflows'), histories });
  });
});
