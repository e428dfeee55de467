import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs, { access, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  decodeLoaded,
  loadHistories,
  ManifestError,
  pruneHistories,
  readManifest,
  Recorder,
  saveHistory,
} from 'longhaul/replay';
import type { Payload, PayloadCodec } from '@temporalio/common';
import { decodeHistory, type History, makePayload } from '../../replay/proto';
import { payloadsOf } from '../../replay/record/payloads-of';
import { binary, useFolder } from '../replay/support';

describe('a folder of histories', () => {
  const folder = useFolder();
  const manifest = (): string => join(folder.path, 'manifest.json');
  const history = async (): Promise<History> => decodeHistory(await binary());
  const run = async (runId: string) => ({ workflowId: 'order-1', runId, history: await history() });
  const open = (): Promise<Recorder> => Recorder.open({ folder: folder.path, source: 'server' });

  it('loses no entry to two processes that save to it at the same time', async () => {
    const script = `
      const { saveHistory } = require(${JSON.stringify(require.resolve('longhaul/replay'))});
      const { decodeHistory } = require(${JSON.stringify(require.resolve('../../replay/proto'))});
      const [folder, who, encoded] = process.argv.slice(1);
      process.send('ready');
      process.once('message', async () => {
        for (let nth = 0; nth < 25; nth += 1) {
          const history = decodeHistory(Buffer.from(encoded, 'base64'));
          await saveHistory(folder, { history, workflowId: who + nth, what: who + ' ' + nth });
        }
        process.disconnect();
      });`;
    const encoded = (await binary()).toString('base64');
    const children = ['one', 'two'].map((who) =>
      spawn(process.execPath, ['-e', script, folder.path, who, encoded], {
        stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      }),
    );
    await Promise.all(children.map((child) => once(child, 'message')));
    for (const child of children) child.send('go');
    const statuses = await Promise.all(children.map(async (child) => ((await once(child, 'exit')) as [number])[0]));
    assert.deepEqual(statuses, [0, 0]);
    assert.equal(Object.keys((await readManifest(folder.path))?.histories ?? {}).length, 50);
    const loaded = await loadHistories([folder.path]);
    assert.deepEqual(
      loaded.filter(({ problem, recordedAt }) => problem ?? recordedAt === undefined),
      [],
    );
    assert.equal(loaded.length, 50);
    assert.deepEqual(
      (await readdir(folder.path)).filter((name) => /lock|tmp/.test(name)),
      [],
    );
  });

  it('leaves the draft of a recording that lives, and removes that of one that was killed', async () => {
    const dead = spawn(process.execPath, ['-e', '']);
    await once(dead, 'exit');
    const drafts = [`a.bin.gz.${process.ppid}.tmp`, `b.bin.gz.${dead.pid ?? 0}.tmp`];
    for (const name of drafts) await writeFile(join(folder.path, name), '');
    await open();
    assert.deepEqual(await readdir(folder.path), [drafts[0]]);
  });

  it('has a run refused, and the others go on, where its file is there without an entry', async () => {
    const first = await (await open()).record(await run('run-1'), 1);
    await rm(manifest());
    const file = join(folder.path, first.file ?? '');
    await writeFile(file, (await readFile(file)).subarray(0, 100)); // and cut off, as by a full disk
    const recorder = await open();
    const again = await recorder.record(await run('run-1'), 1);
    assert.equal(again.status, 'refused');
    assert.match(
      again.message ?? '',
      /is there and manifest\.json does not tell of what: delete it, or bring its entry/,
    );
    assert.equal((await recorder.record(await run('run-2'), 1)).status, 'recorded');
  });

  it('is written to where the file system has no links', async () => {
    const { link } = fs;
    let asked = 0;
    fs.link = () => {
      asked += 1;
      return Promise.reject(Object.assign(new Error('EPERM: operation not permitted, link'), { code: 'EPERM' }));
    };
    try {
      await saveHistory(folder.path, { history: await history(), workflowId: 'o-1', what: 'shipped' });
    } finally {
      fs.link = link;
    }
    assert.equal(asked, 1);
    const [loaded] = await loadHistories([folder.path]);
    assert.equal(loaded?.problem, undefined);
    assert.equal((await readdir(folder.path)).length, 2);
  });

  it('keeps what was retired when a history of the same name is retired once more, and records neither again', async () => {
    for (const runId of ['run-1', 'run-2', 'run-3'])
      await saveHistory(folder.path, { history: await history(), workflowId: 'order-1', runId, what: runId });
    const [gone] = await pruneHistories(folder.path);
    assert.ok(gone);
    const retired = join(folder.path, 'retired');
    const before = await readFile(join(retired, gone.file));

    const entry = (await readManifest(retired))?.histories[gone.file];
    assert.equal((await (await open()).record(await run(entry?.runId ?? ''), 1)).file, join('retired', gone.file));

    // As by hand, or by a version that recorded it again, with other tokens in it.
    const what = gone.file.replace(/^order-|-sdk.*$/g, '');
    const other = await history();
    const task = other.events?.find((event) => event.workflowTaskStartedEventAttributes);
    if (task?.workflowTaskStartedEventAttributes) task.workflowTaskStartedEventAttributes.identity = 'other';
    await saveHistory(folder.path, { history: other, workflowId: 'order-1', runId: entry?.runId ?? '', what });
    const second = await pruneHistories(folder.path);
    assert.ok(second.some(({ file }) => file === gone.file));
    assert.deepEqual(await readFile(join(retired, gone.file)), before);
    const loaded = await loadHistories([retired]);
    assert.deepEqual(
      loaded.filter(({ problem }) => problem),
      [],
    );
    assert.equal(
      (await readManifest(retired))?.histories[gone.file.replace('.bin.gz', '-2.bin.gz')]?.runId,
      entry?.runId,
    );
  });

  it('is recorded to the end, though code makes no end of a value that is redacted', async () => {
    // A process of its own: V8 ends the loop in the middle of Node's promise hooks, which Node may abort over later.
    const { stdout } = await promisify(execFile)(process.execPath, [require.resolve('./records-endless'), folder.path]);
    const once = JSON.stringify(['recorded', ['ActivityTaskCompleted reserveStock result[0] $ (number)']]);
    assert.equal(stdout, `${once}\n${once}\n`);
  });

  it('tells where it was recorded, unless it is redacted', async () => {
    const recorder = await Recorder.open({ folder: folder.path, source: 'server', namespace: 'orders-production' });
    await recorder.record(await run('run-1'), 1);
    const [loaded] = await loadHistories([folder.path]);
    assert.equal(loaded?.namespace, 'orders-production');
  });

  it('is decoded in the namespace that it is from, whatever this process is told', async () => {
    const told = new Set<string | undefined>();
    const codec = {
      encode: (payloads: Payload[]) => Promise.resolve(payloads),
      decode: (payloads: Payload[], context?: { namespace?: string }) => {
        told.add(context?.namespace);
        return Promise.resolve(
          payloads.map(({ data }) => ({ metadata: { encoding: Buffer.from('json/plain') }, data })),
        );
      },
    };
    const encoded = await history();
    for (const group of (encoded.events ?? []).flatMap(payloadsOf))
      group.replace(
        group.payloads.map((payload) => makePayload({ ...payload, metadata: { encoding: Buffer.from('x/y') } })),
      );
    const recorder = await Recorder.open({ folder: folder.path, source: 'server', namespace: 'orders-production' });
    await recorder.record({ workflowId: 'o-1', runId: 'run-1', history: encoded }, 1);
    const loaded = await loadHistories([folder.path]);
    await decodeLoaded(loaded, { codecs: () => Promise.resolve([codec as PayloadCodec]), namespace: 'default' });
    assert.deepEqual([...told], ['orders-production']);
  });

  it('takes a manifest that an editor of Windows saved', async () => {
    await saveHistory(folder.path, { history: await history(), workflowId: 'o-1', what: 'shipped' });
    const text = await readFile(manifest(), 'utf8');
    await writeFile(manifest(), `\uFEFF${text.replaceAll('\n', '\r\n')}`);
    assert.equal((await loadHistories([folder.path]))[0]?.workflowId, 'o-1');
  });

  const damaged: [what: string, change: (entry: Record<string, unknown>) => unknown, message: RegExp][] = [
    ['no entries', () => null, /is not a manifest of schema/],
    [
      'an entry that is nothing',
      () => ({ 'order.bin.gz': null }),
      /the entry of "order\.bin\.gz" is no object: mend it/,
    ],
    [
      'a number for a workflow id',
      (entry) => ({ x: { ...entry, workflowId: 4711 } }),
      /"x" has a workflowId that is no text/,
    ],
    ['a list for what is kept', (entry) => ({ x: { ...entry, kept: [] } }), /"x" has a kept that is no object/],
    ['derived places that are none', (entry) => ({ x: { ...entry, kept: { derived: 'all' } } }), /no list of texts/],
    ['events that are a text', (entry) => ({ x: { ...entry, events: '12' } }), /has events that are no number/],
  ];
  for (const [what, change, message] of damaged) {
    it(`says in one sentence that its manifest has ${what}`, async () => {
      const path = await saveHistory(folder.path, { history: await history(), workflowId: 'o-1', what: 'shipped' });
      await access(path);
      const whole = JSON.parse(await readFile(manifest(), 'utf8')) as { histories: Record<string, object> };
      const [entry = {}] = Object.values(whole.histories);
      await writeFile(manifest(), JSON.stringify({ ...whole, histories: change(entry as Record<string, unknown>) }));
      for (const act of [() => loadHistories([folder.path]), open, () => pruneHistories(folder.path)]) {
        await assert.rejects(act, (error) => {
          assert.ok(error instanceof ManifestError, String(error));
          assert.match(error.message, message);
          return true;
        });
      }
    });
  }

  it('is read though a folder in it is called like a history', async () => {
    await mkdir(join(folder.path, 'a.bin'));
    await saveHistory(folder.path, { history: await history(), workflowId: 'o-1', what: 'shipped' });
    const loaded = await loadHistories([folder.path]);
    assert.deepEqual(
      loaded.map(({ problem }) => problem?.status ?? 'sound'),
      ['invalid', 'sound'],
    );
  });
});
