import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openStore } from '../../../../examples/inventory/files/store';
import { all, collect, hashed, inventory, useFolder } from './tree';

describe('openStore', () => {
  const folder = useFolder();

  it('gives the records of all batches in the order of the bytes of their paths', async () => {
    const store = await openStore(join(folder.path, 'store'));
    await store.writeBatch(
      'two',
      0,
      ['😀', 'b'].map((path) => hashed(path)),
    );
    await store.writeBatch(
      'one',
      0,
      ['\\xFF', 'a/b'].map((path) => hashed(path)),
    );
    await store.writeBatch(
      'one',
      1,
      ['\uFFFD', 'a-b'].map((path) => hashed(path)),
    );
    const paths = (await all(store.records())).map(({ path }) => path);
    assert.deepEqual(paths, ['a-b', 'a/b', 'b', '\uFFFD', '😀', '\\xFF']);
  });

  it('holds a batch that was written twice once', async () => {
    const store = await openStore(folder.path);
    await store.writeBatch('a', 0, [hashed('x'), hashed('y')]);
    const again = await openStore(folder.path);
    await Promise.all([1, 2, 3].map(() => again.writeBatch('a', 0, [hashed('x'), hashed('y')])));
    assert.equal((await all(again.records())).length, 2);
    assert.deepEqual(await again.twice(), []);
  });

  it('keeps batches apart whose ids differ only in what a file name cannot hold', async () => {
    const store = await openStore(folder.path);
    for (const id of ['a:b', 'a/b', 'A/b', '../b', '', 'x'.repeat(500)])
      await store.writeBatch(id, 0, [hashed(`of ${id}`)]);
    assert.equal((await all(store.records())).length, 6);
    assert.equal((await readdir(folder.path)).length, 6);
  });

  it('lets the highest pass win, and tells a path that is there twice in one pass', async () => {
    const store = await openStore(folder.path);
    const old = hashed('x', 1, { sha256: 'old' });
    const renewed = Array.from({ length: 20 }, (_, at) => hashed(`x${at}`, 2)); // in whatever order files are listed
    for (const { path } of renewed) await store.writeBatch(`1 ${path}`, 0, [{ ...old, path }]);
    for (const record of renewed) await store.writeBatch(`2 ${record.path}`, 0, [record]);
    await store.writeBatch('y', 0, [hashed('y', 1)]);
    const records = await all(store.records());
    assert.equal(records.length, 21);
    assert.deepEqual(
      records.filter(({ path, pass }) => pass !== (path === 'y' ? 1 : 2)),
      [],
    );
    assert.deepEqual(await store.twice(), []);
    await store.writeBatch('b', 0, [hashed('y', 1), hashed('y', 1)]);
    assert.deepEqual(await store.twice(), [{ path: 'y', pass: 1, times: 3 }]);
    assert.equal((await all(store.records())).length, 21);
  });

  it('shows nothing of a batch whose writer was killed in the middle', async () => {
    const store = await openStore(folder.path);
    await store.writeBatch('before', 0, [hashed('x')]);
    const modulePath = require.resolve('../../../../examples/inventory/files/atomic-file');
    const script = `
      const { writeAtomically } = require(${JSON.stringify(modulePath)});
      async function* slowly() {
        for (let i = 0; ; i++) {
          yield JSON.stringify({ path: 'half' + i, pass: 1, padding: 'x'.repeat(300000) }) + '\\n';
          if (i === 3) process.stdout.write('written');
          if (i > 3) await new Promise((resolve) => setTimeout(resolve, 1e6));
        }
      }
      void writeAtomically(${JSON.stringify(join(folder.path, 'half.jsonl'))}, slowly());`;
    const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(child.stdout, 'data');
    child.kill('SIGKILL');
    await once(child, 'exit');
    const left = (await readdir(folder.path)).filter((name) => name.endsWith('.tmp'));
    assert.equal(left.length, 1, 'the kill came too late or too early to mean anything');
    assert.deepEqual(await all((await openStore(folder.path)).records()), [hashed('x')]);
  });

  it('names the file that something else has damaged', async () => {
    const store = await openStore(folder.path);
    await writeFile(join(folder.path, 'bad.jsonl'), '{"path": "x", "pa\n');
    await assert.rejects(all(store.records()), /bad\.jsonl at byte 0: not a record/);
  });
});
