import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ReplayReport } from '../../replay';
import { markedLine, shipped, source, useFolder } from '../replay/support';
import { bin, longhaul, root } from './run';

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

  it('writes what CI servers read', async () => {
    const summary = join(folder.path, 'summary.md');
    const [xml, lcov] = [join(folder.path, 'out/replay.xml'), join(folder.path, 'replay.info')];
    const args = ['--workflows', 'workflows/activity-added.ts', '--junit', xml, '--lcov', lcov, '--github'];
    const { status, out } = await longhaul(['replay', 'fixtures', ...args], undefined, {
      GITHUB_STEP_SUMMARY: summary,
    });
    assert.equal(status, 1);
    assert.match(out, /^::error file=workflows\/activity-added\.ts,line=\d+,col=9,title=order nondeterminism/m);
    assert.match(await readFile(summary, 'utf8'), /^## ❌ Replay of 5 histories/);
    assert.match(await readFile(xml, 'utf8'), /<failure type="nondeterminism"/);
    assert.match(await readFile(lcov, 'utf8'), /^SF:.*activity-added\.ts$/m);
  });

  it('points to lines from the root of the repository, where GitHub looks, also for a package of a monorepo', async () => {
    const args = ['--workflows', 'workflows/activity-added.ts', '--github'];
    const inside = await longhaul(['replay', 'fixtures', ...args], undefined, { GITHUB_WORKSPACE: root });
    assert.match(inside.out, /^::error file=test\/replay\/workflows\/activity-added\.ts,line=/m);
    const outside = await longhaul(['replay', 'fixtures', ...args], undefined, { GITHUB_WORKSPACE: folder.path });
    assert.match(outside.out, /^::error file=workflows\/activity-added\.ts,line=/m);
  });

  it('says in the summary of a step why it fails where all histories pass', async () => {
    const summary = join(folder.path, 'summary.md');
    await copyFile(shipped, join(folder.path, 'order.bin.gz'));
    const args = ['replay', folder.path, ...recorded, '--strict', '--github'];
    assert.equal((await longhaul(args, undefined, { GITHUB_STEP_SUMMARY: summary })).status, 1);
    assert.match(await readFile(summary, 'utf8'), /^## ❌ [^]*^- No history covers workflow type family/m);
  });

  it('ends with its own status, and writes its files, though nobody reads what it prints', async () => {
    const junit = join(folder.path, 'replay.xml');
    const args = ['replay', 'fixtures', '--workflows', 'workflows/activity-added.ts', '--github', '--junit', junit];
    const child = spawn(process.execPath, [bin, ...args], {
      cwd: join(root, 'test/replay'),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stdout.destroy();
    child.stderr.destroy();
    const [status] = (await once(child, 'exit')) as [number];
    assert.equal(status, 1);
    assert.match(await readFile(junit, 'utf8'), /<failure type="nondeterminism"/);
  });

  it('ends with 2 and one line where it can not write what CI servers read', async () => {
    await writeFile(join(folder.path, 'file'), '');
    const junit = join(folder.path, 'file/replay.xml');
    const { status, out, err } = await longhaul(['replay', 'fixtures', ...recorded, '--junit', junit]);
    assert.equal(status, 2);
    assert.match(out, /5 histories: 5 passed/);
    assert.match(err, /^longhaul replay: [^\n]*replay\.xml can't be written: [^\n]+\n$/);
  });

  it('warns of drift, fails for it where told to, and takes what is accepted', async () => {
    await copyFile(shipped, join(folder.path, 'order.bin.gz'));
    const replay = (...more: string[]) =>
      longhaul(['replay', folder.path, '--workflows', 'workflows/moody.ts', ...more]);
    const warned = await replay();
    assert.equal(warned.status, 0);
    assert.match(
      warned.out,
      /order drift\n +event +5 ActivityTaskScheduled reserveStock\n +args\[1\] was nothing, is number #/,
    );
    assert.equal((await replay('--drift=error')).status, 1);
    assert.match((await replay('--accept-drift')).err, /3 added to .*accepted-drift\.json/);
    const accepted = await replay('--drift=error');
    assert.equal(accepted.status, 0, accepted.out);
    const file = join(folder.path, 'order.bin.gz');
    const oneFile = await longhaul(['replay', file, '--workflows', 'workflows/moody.ts', '--drift=error']);
    assert.equal(oneFile.status, 0, `accepted drift lies beside a file too: ${oneFile.out}${oneFile.err}`);
    const nowhere = await replay('--accept-drift', '--accepted-drift', join(folder.path, 'nowhere/drift.json'));
    assert.equal(nowhere.status, 2);
    assert.match(nowhere.err, /^longhaul replay: [^\n]*nowhere\/drift\.json can't be written: [^\n]+\n$/);
    const elsewhere = await replay('--elsewhere');
    assert.equal(elsewhere.status, 1);
    assert.match(elsewhere.out, /✗ .*order drifts from itself/);
  });

  it('takes what it needs from longhaul.config.ts', async () => {
    await copyFile(shipped, join(folder.path, 'order.bin.gz'));
    const config = {
      workflowsPath: source('recorded'),
      histories: '.',
      catalog: { order: { expectedMaxDuration: '3 days' } },
    };
    await writeFile(join(folder.path, 'longhaul.config.mjs'), `export default ${JSON.stringify(config)};`);
    const { status, out, err } = await longhaul(['replay'], folder.path);
    assert.equal(status, 0, err);
    assert.match(out, /! Workflow type order runs for long, and its longest history spans 0 h of the 24 h wanted\./);
    const strict = await longhaul(['replay', '--strict'], folder.path);
    assert.equal(strict.status, 1);
    assert.match(strict.out, /✗ No history covers workflow type family/);
  });

  const wrong: [what: string, args: string[], message: RegExp][] = [
    ['no --workflows', ['fixtures'], /--workflows FILE is missing/],
    ['an unknown option', ['--frobnicate'], /Unknown option '--frobnicate'/],
    ['drift of an unknown kind', ['fixtures', ...recorded, '--drift', 'never'], /--drift takes off, warn or error/],
    ['no number of jobs', ['fixtures', ...recorded, '--jobs', 'all'], /--jobs takes a whole number/],
    ['paths beside --live', ['fixtures', ...recorded, '--live'], /--live replays no files/],
    ['a query of files', ['fixtures', ...recorded, '--query', 'x'], /belong to --live/],
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
