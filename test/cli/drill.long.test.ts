import assert from 'node:assert/strict';
import { mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startServer } from 'longhaul/testing';
import type { Server } from 'longhaul/testing';
import { useFolder } from '../replay/support';
import { longhaul, root } from './run';
import { assertSchema } from './schema';

describe('longhaul drill', () => {
  const folder = useFolder();
  let server: Server;
  before(async () => {
    server = await startServer();
  });
  after(() => server.stop());
  beforeEach(() => symlink(join(root, 'node_modules'), join(folder.path, 'node_modules')));

  const config = (fields: string): Promise<void> =>
    writeFile(join(folder.path, 'longhaul.config.ts'), `export default { ${fields} };`);

  it('drills the worker of the configuration, on code that knows nothing of longhaul, and keeps a record', async () => {
    await writeFile(
      join(folder.path, 'flows.ts'),
      `import { condition, defineSignal, proxyActivities, setHandler } from '@temporalio/workflow';
      const { scan } = proxyActivities<{ scan(from: number): Promise<void> }>({
        startToCloseTimeout: '1 hour', heartbeatTimeout: '1 second', retry: { initialInterval: '1 ms' } });
      export async function inventory(from: number): Promise<void> {
        let [by, approved] = [0, false];
        setHandler(defineSignal<[number, string]>('skip'), (pages, why) => void (by = why === 'known' ? pages : 0));
        setHandler(defineSignal('approve'), () => void (approved = by > 0));
        await condition(() => approved);
        await scan(from + by);
      }`,
    );
    await writeFile(
      join(folder.path, 'acts.ts'),
      `import { activityInfo, heartbeat, sleep } from '@temporalio/activity';
      export async function scan(from: number): Promise<void> {
        for (let page = (activityInfo().heartbeatDetails as number) ?? from; ; page += 1) { heartbeat(page); await sleep(50); }
      }`,
    );
    await writeFile(join(folder.path, 'input.json'), '[40]');
    await writeFile(
      join(folder.path, 'longhaul.config.ts'),
      `import * as activities from './acts';
      export default { workflowsPath: './flows', activities, drillTargets: [{ address: '${server.address}' }],
        catalog: { inventory: { longActivities: ['scan'] } } };`,
    );
    const args = [
      'drill',
      '--activity',
      'scan',
      '--input',
      'input.json',
      '--signal',
      'skip=[5000, "known"]',
      '--signal',
      'approve',
      '--within',
      '10s',
      '--address',
      server.address,
    ];
    const { status, out, err } = await longhaul([...args, '--json'], folder.path);
    assert.equal(status, 0, err + out);
    await assertSchema('drill', out);
    const { tries } = JSON.parse(out) as { tries: { checkpoint: number }[] };
    assert.ok((tries[0]?.checkpoint ?? 0) >= 5_040, out);
    const [record] = await readdir(join(folder.path, '.longhaul/drills'));
    assert.match(record ?? '', /^inventory-scan-kill-.*\.json$/);
    const { drillText } = await import('../../cli/render/drill-text.js');
    const text = drillText(JSON.parse(out) as Parameters<typeof drillText>[0], 'x.json');
    assert.match(text, /heartbeat timeout; next attempt after .* from checkpoint \d+; at most .* of work done again/);
    assert.match(text, /It resumes as it should\. Recorded in x\.json/);
  });

  it('says at once that the worker has no such activity, and that the workflow gets nowhere', async () => {
    await writeFile(
      join(folder.path, 'flows.ts'),
      "export async function broken(): Promise<void> { throw new TypeError('x is no function'); }",
    );
    await config(
      `workflowsPath: './flows', activities: async () => ({ activities: { scan() {}, mail() {} } }), drillTargets: [{ address: '${server.address}' }]`,
    );
    const drilled = (activity: string, workflow: string) =>
      longhaul(['drill', '--activity', activity, '--workflow', workflow, '--address', server.address], folder.path);
    const began = Date.now();
    const unknown = await drilled('scna', 'broken');
    assert.equal(unknown.err, 'longhaul drill: There is no activity scna: the worker has mail, scan.\n');
    const failing = await drilled('scan', 'broken');
    assert.match(
      failing.err,
      /^longhaul drill: Workflow \S+ fails its workflow task: .*x is no function\. Mend the workflow code and deploy it/m,
    );
    const nowhere = await drilled('scan', 'brokn');
    assert.match(
      nowhere.err,
      /no such function is exported by the workflow bundle\. Deploy a worker whose workflows export this type/,
    );
    assert.deepEqual([unknown.status, failing.status, nowhere.status], [2, 2, 2]);
    assert.ok(Date.now() - began < 55_000, 'not after the minute that it would wait');
  });

  const target = "drillTargets: [{ address: '127.0.0.1:1' }]";
  const wrong: [what: string, args: string[], message: RegExp, fields?: string][] = [
    ['no activity', [], /--activity X is missing/],
    ['two ways to fail', ['--activity', 'scan', '--term', '--stall'], /exclude each other/],
    ['an activity that no catalog entry names', ['--activity', 'scan'], /no entry of the catalog names scan/],
    [
      'input that is no JSON',
      ['--activity', 'scan', '--workflow', 'w', '--input', 'longhaul.config.ts'],
      /is not JSON/,
    ],
    [
      'a signal that is no JSON',
      ['--activity', 'scan', '--workflow', 'w', '--signal', 'add=o1'],
      /^longhaul drill: --signal: what follows add= is not JSON; a text stands in double quotes\.$/m,
    ],
    [
      'a signal without a name',
      ['--activity', 'scan', '--workflow', 'w', '--signal', '="o1"'],
      /--signal: "=\\"o1\\"" has no name before its =/,
    ],
    ['a worker command without a queue', ['--activity', 'scan', '--worker', 'x'], /--worker needs --task-queue/],
    ['no drill target at all', ['--activity', 'scan', '--workflow', 'w'], /is no drill target: add drillTargets/],
    [
      'a namespace that is no drill target',
      ['--activity', 'scan', '--workflow', 'w', '--address', '127.0.0.1:1', '--namespace', 'production'],
      /namespace production at 127\.0\.0\.1:1 is no drill target/,
      target,
    ],
  ];
  for (const [what, args, message, fields = ''] of wrong) {
    it(`ends with 2 and one line at ${what}`, async () => {
      await mkdir(join(folder.path, '.git'));
      await config(fields);
      const { status, err } = await longhaul(['drill', ...args], folder.path);
      assert.match(err, message);
      assert.match(err, /^longhaul drill: [^\n]+\n$/);
      assert.equal(status, 2);
    });
  }
});
