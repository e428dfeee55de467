import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { assertReplays, loadHistories } from 'longhaul/replay';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

describe('saved histories of the order queue', () => {
  it('replays what was recorded', async () => {
    const histories = await loadHistories([here('./replay-histories')]);
    await assertReplays({ workflowsPath: here('./workflows.ts'), histories });
  });
});
