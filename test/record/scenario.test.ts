import assert from 'node:assert/strict';
import { symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readManifest } from 'longhaul/replay';
import { checkScenarios } from 'longhaul/testing';
import { longhaul, root } from '../cli/run';
import { useFolder } from '../replay/support';

describe('longhaul record --scenario', function () {
  this.timeout(180_000);
  const folder = useFolder();

  it('saves the chains of days that pass in seconds, with signals at their times, and they replay', async () => {
    await symlink(join(root, 'node_modules'), join(folder.path, 'node_modules'));
    await writeFile(
      join(folder.path, 'flows.ts'),
      `import { condition, continueAsNew, defineSignal, proxyActivities, setHandler } from '@temporalio/workflow';
      const { remind } = proxyActivities<{ remind(n: number): Promise<void> }>({ startToCloseTimeout: '1 minute' });
      export async function approval(reminders: number): Promise<string> {
        let answer: boolean | undefined;
        setHandler(defineSignal<[boolean]>('approve'), (yes) => void (answer = yes));
        if (await condition(() => answer !== undefined, '1 day')) return answer ? 'yes' : 'no';
        await remind(reminders + 1);
        await continueAsNew<typeof approval>(reminders + 1);
        return '';
      }`,
    );
    await writeFile(
      join(folder.path, 'longhaul.config.ts'),
      `export default { workflowsPath: './flows', activities: { remind: async () => {} }, taskQueue: 'approvals' };`,
    );
    await writeFile(
      join(folder.path, 'days.scenario.ts'),
      `export default { name: 'approved on the fourth day', workflow: 'approval', args: [0], steps: [{ at: '84 hours', signal: 'approve', args: [true] }] };`,
    );
    const ran = await longhaul(['record', '--scenario', 'days.scenario.ts', '--json'], folder.path);
    assert.equal(ran.status, 0, ran.err);
    const histories = Object.values((await readManifest(join(folder.path, 'replay-histories')))?.histories ?? {});
    const hours = histories.map(({ end, spanMs, chain }) => [chain?.run, end, Math.round(spanMs / 3_600_000)]).sort();
    assert.deepEqual(hours, [
      [1, 'continued-as-new', 24],
      [2, 'continued-as-new', 24],
      [3, 'continued-as-new', 24],
      [4, 'completed', 12],
    ]);
    assert.ok(histories.every(({ source, payloads }) => source === 'time-skipping' && payloads === 'plain'));
    assert.match((await longhaul(['replay'], folder.path)).out, /4 histories: 4 passed/);
  });

  const story = { name: 'n', workflow: 'w' };
  const wrong: [what: string, scenario: unknown, message: RegExp][] = [
    ['none', [], /^s\.ts: there is no scenario in it/],
    ['no name', { workflow: 'w' }, /^s\.ts: name is undefined; use a few words$/],
    ['a field that is none', { ...story, step: [] }, /^s\.ts: 'step' is no option; use steps$/],
    ['a time that is none', { ...story, steps: [{ at: 'soon', signal: 's' }] }, /steps\[0\]\.at is 'soon'; use milliseconds/],
    ['nothing to do', { ...story, steps: [{ at: 5 }] }, /steps\[0\] has nothing to do; use one of signal, update/],
    ['two things at once', { ...story, steps: [{ at: 5, signal: 's', cancel: true }] }, /has signal and cancel; use one of/],
    ['steps out of order', { ...story, steps: [{ at: 5, signal: 's' }, { at: 4, signal: 's' }] }, /steps\[1\]\.at is before the step above it/],
    ['an end before the last step', { ...story, steps: [{ at: 5, signal: 's' }], until: 4 }, /until is before the last step/],
  ]; // prettier-ignore
  for (const [what, scenario, message] of wrong) {
    it(`refuses a scenario with ${what}`, () => {
      assert.throws(() => checkScenarios('s.ts', scenario), { name: 'TypeError', message });
    });
  }
});
