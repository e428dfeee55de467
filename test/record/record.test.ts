import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { useServer } from 'longhaul/testing';
import type { RecordedRun } from 'longhaul/replay';
import { readManifest } from 'longhaul/replay';
import { bin, longhaul, root, type Ran } from '../cli/run';
import { assertSchema } from '../cli/schema';
import { useFolder } from '../replay/support';
import * as activities from './activities';
import { approve, order, spelled, ticker, type Customer } from './workflows';

const alice: Customer = {
  id: 'customer-alice-liddell',
  name: 'Alice Liddell',
  email: 'alice@wonderland.example',
  age: 421_793_358_217,
  waitMs: 23,
  since: '1865-11-26',
};
/** What must be in no file. `Alice` may be a part of nothing either; digits are so many that no id has them by chance. */
const secrets = /alice|liddell|wonderland|421793358217|1865-11|Q77881|4111 1111|DE893704|hatter|\/activities\.[jt]s/i;

interface Printed {
  schema: string;
  ok: boolean;
  recorded: number;
  exists: number;
  refused: number;
  stopped: string;
  runs: RecordedRun[];
}

describe('longhaul record', function () {
  this.timeout(300_000);
  const folder = useFolder();
  const server = useServer(require.resolve('./workflows'), { activities });
  const workflows = join(root, 'test/record/workflows.ts');

  beforeEach(() => symlink(join(root, 'node_modules'), join(folder.path, 'node_modules')));

  const record = (...args: string[]): Promise<Ran> =>
    longhaul(['record', ...args], folder.path, { TEMPORAL_ADDRESS: server.address });
  const recordOwn = (...args: string[]): Promise<Ran> =>
    record('--query', `TaskQueue = '${server.taskQueue}'`, '--workflows', workflows, ...args);
  const replay = (): Promise<Ran> => longhaul(['replay', '--workflows', workflows], folder.path);
  const histories = join('replay-histories');

  async function bytesOf(name: string): Promise<string> {
    const content = await readFile(join(folder.path, histories, name));
    return (name.endsWith('.gz') ? gunzipSync(content) : content).toString('latin1');
  }

  /** Visibility follows a little later. */
  async function listed(count: number): Promise<void> {
    while ((await server.client.workflow.count(`TaskQueue = '${server.taskQueue}'`)).count < count) await sleep(20);
  }

  it('redacts what users put in, keeps what the replay needs and names it, and records nothing twice', async () => {
    await server.work(async () => {
      const handle = await server.start(order, [alice], {
        workflowId: `order of ${alice.name} ${server.taskQueue}`,
        memo: { customer: alice.name },
      });
      await handle.signal(approve, 'The Hatter');
      await handle.result();
      await (await server.start(ticker, [3])).result();
    });
    await listed(5);

    const ran = await recordOwn('--json');
    assert.equal(ran.status, 0, ran.err + ran.out);
    await assertSchema('record', ran.out);
    const printed = JSON.parse(ran.out) as Printed;
    assert.equal(printed.schema, 'longhaul.record/1');
    assert.deepEqual([printed.ok, printed.recorded, printed.exists, printed.refused], [true, 5, 0, 0]);
    for (const name of await readdir(join(folder.path, histories))) {
      assert.doesNotMatch(await bytesOf(name), secrets, name);
    }
    const ofOrder = printed.runs.find(({ workflowType }) => workflowType === 'order');
    assert.deepEqual(ofOrder?.kept?.places, ['WorkflowExecutionStarted order input[0] $.waitMs (number)']);
    assert.deepEqual(ofOrder.kept.literals, ['charged']);

    const manifest = await readManifest(join(folder.path, histories));
    const tickers = Object.values(manifest?.histories ?? {}).filter(({ workflowType }) => workflowType === 'ticker');
    assert.deepEqual(tickers.map(({ chain, end }) => [chain?.run, end]).sort(), [
      [1, 'continued-as-new'],
      [2, 'continued-as-new'],
      [3, 'completed'],
    ]);
    assert.equal(new Set(tickers.map(({ chain }) => chain?.firstRunId)).size, 1);
    assert.ok(tickers.every(({ payloads, code }) => payloads === 'redacted' && code?.length === 64));

    const replayed = await replay();
    assert.equal(replayed.status, 0, replayed.out);
    assert.match(replayed.out, /5 histories: 5 passed/);

    const again = JSON.parse((await recordOwn('--json')).out) as Printed;
    assert.deepEqual([again.ok, again.recorded, again.exists], [true, 0, 5]);
  });

  it('records open runs, again when they went on, and only as many as show something new', async () => {
    const handle = await server.start(order, [alice], { leaveOpen: 'recorded as open' });
    await server.work(async () => {
      await Promise.all(Array.from({ length: 8 }, async () => (await server.start(ticker, [1])).result()));
      while ((await handle.describe()).historyLength < 30) await sleep(20);
    });
    await listed(10);
    const first = JSON.parse((await recordOwn('--json', '--patience', '2')).out) as Printed;
    const ofType = (type: string) => first.runs.filter(({ workflowType }) => workflowType === type);
    assert.deepEqual([ofType('order').length, ofType('order')[0]?.end, ofType('ticker').length], [1, 'open', 1]);
    assert.equal(first.ok, true);

    await server.work(async () => {
      await handle.signal(approve, 'The Hatter');
      await handle.result();
    });
    const second = JSON.parse((await recordOwn('--json')).out) as Printed;
    const [completed] = second.runs.filter(({ workflowType }) => workflowType === 'order');
    assert.deepEqual([completed?.status, completed?.end], ['recorded', 'completed']);
    assert.match((await replay()).out, /4 histories: 4 passed/);
  });

  it('refuses what it can not redact, names the place, and keeps it where it is told to', async () => {
    await server.work(async () => (await server.start(spelled, ['wonderland eel'])).result());
    await listed(1);
    const refused = await recordOwn();
    assert.equal(refused.status, 1, refused.err);
    assert.match(
      refused.out,
      /^✗ spelled .*\n {2}Its replay depends on a text .*; if it may be kept, add --keep 'WorkflowExecutionStarted spelled input\[0\] \$'$/m,
    );
    assert.match(refused.out, /^0 recorded, 0 there already, 1 refused, in replay-histories; of 1 run listed\.$/m);
    const kept = await recordOwn('--keep', 'WorkflowExecutionStarted spelled input[0] $');
    assert.equal(kept.status, 0, kept.out);
    assert.match(
      kept.out,
      /^Kept, since the replay needs them:\n {2}WorkflowExecutionStarted spelled input\[0\] \$ \(text\)$/m,
    );
  });

  it('leaves a valid corpus when it is killed, and goes on from there', async () => {
    await server.work(async () => (await server.start(ticker, [40])).result());
    await listed(40);
    const args = ['record', '--query', `TaskQueue = '${server.taskQueue}'`, '--workflows', workflows];
    const child = spawn(process.execPath, [bin, ...args], {
      cwd: folder.path,
      env: { ...process.env, TEMPORAL_ADDRESS: server.address },
      stdio: 'ignore',
    });
    const saved = async (): Promise<string[]> =>
      (await readdir(join(folder.path, histories)).catch(() => [])).filter((name) => name.endsWith('.bin.gz'));
    while ((await saved()).length < 3) await sleep(1);
    child.kill('SIGKILL');
    await once(child, 'exit');
    const left = (await saved()).length;
    assert.ok(left < 40, 'it was done before it was killed');
    assert.match((await replay()).out, new RegExp(`^${left} histories: ${left} passed in`, 'm'));
    const again = await recordOwn('--json');
    assert.notEqual(again.out, '', again.err);
    const rest = JSON.parse(again.out) as Printed;
    assert.equal(rest.ok, true);
    assert.equal(rest.recorded + rest.exists, 40);
    assert.equal(rest.exists, left, 'what was there is not recorded again');
    const names = await readdir(join(folder.path, histories));
    assert.deepEqual(
      names.filter((name) => name.endsWith('.tmp')),
      [],
    );
    const manifest = await readManifest(join(folder.path, histories));
    assert.equal(Object.keys(manifest?.histories ?? {}).length, (await saved()).length);
  });

  const wrong: [what: string, args: string[], status: number, message: RegExp][] = [
    ['a stray argument', ['x'], 2, /"x" is not an option/],
    ['a quota that is none', ['--quota', '0'], 2, /--quota takes a whole number from 1/],
    ['--opaque with --keep', ['--opaque', '--keep', 'x'], 2, /--opaque keeps everything as it is/],
    ['no workflows', [], 2, /--workflows FILE is missing: a redacted history is replayed before it is written/],
    ['a query that is none', ['--opaque', '--query', 'Nonsense ='], 2, /--query: the server refuses it: /],
    ['no run', ['--opaque', '--query', 'WorkflowId = "none"'], 2, /no run matches, so nothing was recorded/],
    ['no server', ['--opaque', '--address', '127.0.0.1:1'], 3, /no Temporal server answers at 127\.0\.0\.1:1/],
    ['no namespace', ['--opaque', '--namespace', 'none'], 3, /has no namespace none/],
    [
      'a quota below nothing',
      ['--quota', '-1'],
      2,
      /--quota lacks its value; one that begins with - is written --quota=VALUE/,
    ],
    [
      'a folder that is a file',
      ['--opaque', '--out', 'node_modules/typescript/package.json'],
      2,
      /--out: .* is not a folder/,
    ],
    [
      'a folder in a file',
      ['--opaque', '--out', '/dev/null/x'],
      2,
      /\/dev\/null\/x\/manifest\.json can't be read: ENOTDIR/,
    ],
    [
      'a folder that can not be made',
      ['--opaque', '--out', '/sys/longhaul'],
      3,
      /\/sys\/longhaul: (?:there is no permission for it|its file system is read-only) \(E\w+\)\./,
    ],
    [
      'a scenario that is none',
      ['--scenario', workflows, '--workflows', workflows],
      2,
      /'approve' is no option; use name, workflow, args/,
    ],
    ['a scenario that is missing', ['--scenario', 'none.ts'], 2, /--scenario: none\.ts does not exist/],
  ];
  for (const [what, args, status, message] of wrong) {
    it(`ends with ${status} and one line at ${what}`, async () => {
      const ran = await record(...args);
      assert.equal(ran.status, status, ran.err + ran.out);
      assert.match(ran.err, message);
      assert.match(ran.err, /^longhaul record: [^\n]+\n$/);
    });
  }
});
