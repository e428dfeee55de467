import assert from 'node:assert/strict';
import { lintProject } from './lint-project.js';

const files = {
  'src/workflows.ts': `import { proxyActivities } from '@temporalio/workflow';
interface Acts { render(): Promise<void> }
const { render } = proxyActivities<Acts>({ startToCloseTimeout: '1m', taskQueue: 'gpu-7' });
const other = proxyActivities<Acts>({ startToCloseTimeout: '1m', taskQueue: 'orders' });
export async function film(): Promise<void> {
  await render();
  await other.render();
}
`,
};

describe('settings.longhaul', () => {
  it('says which task queues one host alone takes from', async () => {
    assert.deepEqual((await lintProject(files)).reports, []);
    const { reports } = await lintProject(files, { settings: { dedicatedQueues: ['gpu-*'] } });
    assert.deepEqual(
      reports.map(({ at }) => at),
      ['src/workflows.ts:3 require-activity-timeout'],
    );
    assert.match(reports[0]?.text ?? '', /without scheduleToStartTimeout.*set scheduleToStartTimeout/);
  });
});
