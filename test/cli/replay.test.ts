import assert from 'node:assert/strict';
import { copyFile, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ReplayReport } from '../../replay';
import { markedLine, shipped, source, useFolder } from '../replay/support';
import { longhaul, root } from './run';

const recorded = ['--workflows', 'workflows/recorded.ts'];

describe('longhaul replay', () => {
  const folder = useFolder();

  it('ends with 0 where all histories pass', async () => {
    const { status, out, err } = await longhaul(['replay', 'fixtures', ...recorded]);
    assert.equal(status, 0, err);
    assert.match(out, /^No history is from before the patch receipts\.\n\n5 histories: 5 passed in [\d.]+ s\.\n$/);
    assert.equal(err, '');
  });

  it('ends with 1 at a divergence, and shows its line', async () => {
    const { status, out } = await longhaul(['replay', 'fixtures', '--workflows', 'workflows/activity-added.ts']);
    assert.equal(status, 1);
    const line = await markedLine('activity-added');
    assert.match(out, new RegExp(`✗ fixtures/order-shipped\\S+ and 1 more of 5 +order nondeterminism`));
    assert.match(
      out,
      new RegExp(`event +11\\n +expected +ActivityTaskScheduled chargeCard\\n +got +ScheduleActivity askFraudDesk`),
    );
    assert.match(out, new RegExp(`at +workflows/activity-added\\.ts:${line}:9`));
    assert.match(out, new RegExp(`> ${line} \\|   await askFraudDesk\\(id\\);`));
    assert.match(out, /put the change behind patched\('…'\), or restore/);
  });

  it('prints one JSON object with --json', async () => {
    const { status, out } = await longhaul([
      'replay',
      'fixtures',
      '--workflows',
      'workflows/activity-added.ts',
      '--json',
    ]);
    assert.equal(status, 1);
    const report = JSON.parse(out) as ReplayReport;
    assert.equal(report.schema, 'longhaul.replay/1');
    assert.equal(report.ok, false);
    const order = report.histories.find(({ workflowId }) => workflowId === 'order-1');
    assert.deepEqual(order?.divergence?.location, {
      file: 'workflows/activity-added.ts',
      line: await markedLine('activity-added'),
      column: 9,
    });
  });

  it('takes replay-histories where no path is given', async () => {
    await mkdir(join(folder.path, 'replay-histories'));
    await copyFile(shipped, join(folder.path, 'replay-histories', 'order.bin.gz'));
    const { status, out, err } = await longhaul(['replay', '--workflows', source('recorded')], folder.path);
    assert.equal(status, 0, err);
    assert.match(out, /1 history: 1 passed/);
  });

  it('ends with 2 at an invalid history, and still replays the others', async () => {
    await copyFile(shipped, join(folder.path, 'good.bin.gz'));
    await writeFile(join(folder.path, 'bad.json'), '{"events":[]}');
    const { status, out } = await longhaul(['replay', folder.path, ...recorded]);
    assert.equal(status, 2);
    assert.match(out, /bad\.json +invalid\n +It has no events\./);
    assert.match(out, /2 histories: 1 passed, 1 invalid/);
  });

  it('ends with 2 where nothing was checked', async () => {
    await writeFile(
      join(folder.path, 'short.json'),
      '{"events":[{"eventId":"1","eventType":"WorkflowExecutionStarted","workflowExecutionStartedEventAttributes":{"workflowType":{"name":"order"}}}]}',
    );
    const { status, err } = await longhaul(['replay', folder.path, ...recorded]);
    assert.equal(status, 2);
    assert.match(err, /nothing was checked/);
  });

  const wrong: [what: string, args: string[], message: RegExp][] = [
    ['no --workflows', ['fixtures'], /--workflows FILE is missing/],
    ['an unknown option', ['--frobnicate'], /Unknown option '--frobnicate'/],
    ['an option without its value', ['--workflows'], /argument missing/],
    ['a workflow file that is missing', ['fixtures', '--workflows', 'nowhere.ts'], /nowhere\.ts does not exist/],
    [
      'a workflow file that exports nothing',
      ['fixtures', '--workflows', 'fixtures/manifest.json'],
      /exports no workflow/,
    ],
    ['a path that is missing', ['nowhere', ...recorded], /nowhere does not exist/],
    ['a default folder that is missing', recorded, /replay-histories does not exist/],
    ['a folder without histories', ['workflows', ...recorded], /workflows holds no history/],
  ];
  for (const [what, args, message] of wrong) {
    it(`ends with 2 and one line at ${what}`, async () => {
      const { status, out, err } = await longhaul(['replay', ...args]);
      assert.equal(status, 2);
      assert.match(err, message);
      assert.match(err, /^longhaul replay: [^\n]+\n$/);
      assert.equal(out, '');
    });
  }

  const broken: [what: string, code: string, message: RegExp][] = [
    ['a syntax error', 'export function order( {', /can't be bundled: Unexpected token .*order\.ts:1:\d+/],
    ['an import that is missing', "export { order } from './nowhere';", /Can't resolve '\.\/nowhere'/],
    ['a module that workflows must not use', "import 'fs'; export const order = () => 1;", /it imports fs, which/],
  ];
  for (const [what, code, message] of broken) {
    it(`ends with 2 and one line at workflow code with ${what}`, async () => {
      await writeFile(join(folder.path, 'order.ts'), code);
      await mkdir(join(folder.path, 'node_modules'));
      await symlink(join(root, 'node_modules/@temporalio'), join(folder.path, 'node_modules/@temporalio'));
      const { status, err } = await longhaul(['replay', 'fixtures', '--workflows', join(folder.path, 'order.ts')]);
      assert.equal(status, 2);
      assert.match(err, message);
      assert.match(err, /^longhaul replay: [^\n]+\n$/);
    });
  }
});
