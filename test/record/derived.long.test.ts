import assert from 'node:assert/strict';
import { cp, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { useServer } from 'longhaul/testing';
import type { RecordedRun, ReplayReport } from 'longhaul/replay';
import { longhaul, root } from '../cli/run';
import { useFolder } from '../replay/support';
import type { Guest } from './derived';

const guest: Guest = {
  name: 'Marguerite Duchess',
  email: 'mduchess@palace.example',
  room: 'tower3',
  nights: '4',
  tags: ['vip gold', 'quiet', 'vip', 'allergic nuts'],
  rates: { mon: 40, tue: 55, wed: 61 },
  raw: '{"city":"Kingsport"}',
};
/** What they do the same with any token. */
const redactable = [
  ...['concatenated', 'sliced', 'lowercased', 'parsed', 'unpacked', 'sorted', 'mapped', 'counted', 'priced'],
  ...['measured', 'eachRate', 'nightly', 'visitor'],
];
/** What they do depends on the letters of a text. */
const spelling = ['matched', 'included', 'eachTag', 'family', 'caller'];
/** By what the tokens happen to be. */
const either = ['firstOfTags'];

describe('longhaul record, of values that workflows make others of', function () {
  this.timeout(300_000);
  const folder = useFolder();
  const activities = {
    note: (...values: unknown[]) => Promise.resolve({ code: `code of ${JSON.stringify(values)}`, total: 17.5 }),
    alarm: () => Promise.resolve(),
  };
  const server = useServer(require.resolve('./derived'), { activities });
  const workflows = join(root, 'test/record/derived.ts');

  it('refuses, or replays without false drift and with the drift of an edit', async () => {
    await symlink(join(root, 'node_modules'), join(folder.path, 'node_modules'));
    const types = [...redactable, ...spelling, ...either];
    const run = async (type: string) => {
      const workflowId = `${type} of ${guest.name}, ${server.taskQueue}`;
      await (await server.start(type, [guest], { workflowId })).result();
    };
    await server.work(() => Promise.all(types.map(run)));
    const query = `TaskQueue = '${server.taskQueue}'`;
    while ((await server.client.workflow.count(query)).count < types.length + 2) await sleep(20);

    const env = { TEMPORAL_ADDRESS: server.address };
    const ran = await longhaul(['record', '--query', query, '--workflows', workflows, '--json'], folder.path, env);
    assert.equal(ran.status, 1, ran.err);
    const { runs } = JSON.parse(ran.out) as { runs: RecordedRun[] };
    const refused = runs.filter(({ status }) => status === 'refused').map(({ workflowType }) => workflowType);
    assert.deepEqual(refused.filter((type) => !either.includes(type)).sort(), [...spelling].sort());
    const kept = runs.find(({ workflowType }) => workflowType === 'lowercased')?.kept;
    assert.deepEqual(kept?.derived, ['ActivityTaskScheduled note args[0]', 'ActivityTaskScheduled note args[1]']);

    const replay = async (code: string) => {
      const { out } = await longhaul(['replay', '--workflows', code, '--json'], folder.path);
      const { histories } = JSON.parse(out) as ReplayReport;
      return histories.filter(({ status }) => status !== 'pass');
    };
    assert.deepEqual(await replay(workflows), []);

    const corpus = join(folder.path, 'replay-histories');
    const alone = join(folder.path, 'alone');
    await cp(corpus, alone, { recursive: true, filter: (path) => !path.endsWith('manifest.json') });
    const words = async (paths: string) => {
      const { out } = await longhaul(['replay', paths, '--workflows', workflows, '--json'], folder.path);
      return (JSON.parse(out) as ReplayReport).policies.map(({ message }) => message).join('\n');
    };
    assert.match(
      await words('alone'),
      /redacted histories that differ, such as \S+, have no entry in a manifest\.json/,
    );
    assert.doesNotMatch(await words('replay-histories'), /manifest/);

    const edited = join(folder.path, 'edited.ts');
    const source = await readFile(workflows, 'utf8');
    const [from, to] = ['${guest.name} in ${guest.room}`', '${guest.name} in ${guest.room}`, guest.name'];
    assert.ok(source.includes(from));
    await writeFile(edited, source.replace(from, to));
    const changed = await replay(edited);
    assert.deepEqual(
      changed.map(({ workflowType, status, drift }) => [workflowType, status, drift.map(({ path }) => path)]),
      [['concatenated', 'drift', ['args[1]']]],
    );
  });
});
