import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmod, mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathKey } from '../../../../examples/inventory/files/path-text';
import { walk } from '../../../../examples/inventory/files/walk';
import { asOrdinaryUser, awkwardTree, collect, needsModes, useFolder } from './tree';

describe('walk', () => {
  const folder = useFolder();

  it('lists each file once in the order of the bytes, links and fifos included and not followed', async () => {
    const entries = await collect(await awkwardTree(folder.tree));
    const paths = entries.map(({ path }) => path);
    const keys = paths.map(pathKey);
    assert.deepEqual(keys, [...keys].sort());
    assert.equal(new Set(paths).size, paths.length);
    for (const path of ['a-b', 'a.txt', 'a/b/c.txt', 'a/b/loop', 'a/itself', 'empty', 'z/ümläut', 'z/😀', 'z/\uFFFD']) {
      assert.ok(paths.includes(path), path);
    }
    const kinds = new Map(entries.map(({ path, kind }) => [path, kind]));
    assert.equal(kinds.get('a/b/loop'), 'symlink');
    if (process.platform === 'win32') return;
    assert.equal(kinds.get('fifo'), 'other');
    assert.equal(kinds.get('new\\x0Aline'), 'file');
    if (process.platform === 'linux') assert.equal(kinds.get('z/\\xFF\\x80'), 'file');
  });

  it('resumes after each position with exactly the entries that follow', async () => {
    const root = await awkwardTree(folder.tree);
    const entries = await collect(root);
    for (const [at, { path }] of entries.entries()) {
      assert.deepEqual(await collect(root, { path }), entries.slice(at + 1), `after ${path}`);
    }
  });

  it('resumes also when the entry at the position has vanished, alone or with its folder', async () => {
    const root = await folder.tree({ 'a/b': '', 'd/e/f': '', 'd/e/g': '', 'd/h': '', 'd-a': '', d0: '', z: '' });
    const paths = async (after: string) => (await collect(root, { path: after })).map(({ path }) => path);
    await rm(join(root, 'd/e/f'));
    assert.deepEqual(await paths('d/e/f'), ['d/e/g', 'd/h', 'd0', 'z']);
    await rm(join(root, 'd/e'), { recursive: true });
    assert.deepEqual(await paths('d/e/f'), ['d/h', 'd0', 'z']);
    await rm(join(root, 'd'), { recursive: true });
    assert.deepEqual(await paths('d/e/f'), ['d0', 'z']);
  });

  it('gives a folder that cannot be read as a problem and goes on, from there too', async function () {
    needsModes.call(this);
    const root = await folder.tree({ a: '', 'locked/x': '', 'no-entry/x': '', z: '' });
    await chmod(join(root, 'locked'), 0);
    await chmod(join(root, 'no-entry'), 0o444); // its names can be listed, its files not looked at
    await asOrdinaryUser(async () => {
      const entries = await collect(root);
      assert.deepEqual(
        entries.map((entry) => [entry.path, entry.kind === 'problem' ? `${entry.reason} ${entry.detail}` : entry.kind]),
        [
          ['a', 'file'],
          ['locked/', 'unreadable EACCES'],
          ['no-entry/x', 'unreadable EACCES'],
          ['z', 'file'],
        ],
      );
      for (const [at, entry] of entries.entries()) assert.deepEqual(await collect(root, entry), entries.slice(at + 1));
    });
  });

  it('reports a folder once that became unreadable between two resumes inside of it', async function () {
    needsModes.call(this);
    const root = await folder.tree({ 'd/a': '', 'd/b': '', z: '' });
    await chmod(join(root, 'd'), 0);
    await asOrdinaryUser(async () => {
      const [problem, ...rest] = await collect(root, { path: 'd/a' });
      assert.equal(problem?.path, 'd/');
      assert.deepEqual(rest, await collect(root, problem));
    });
    await chmod(join(root, 'd'), 0o755);
    assert.deepEqual(
      (await collect(root, problemAt('d/'))).map(({ path }) => path),
      ['z'],
    );
  });

  it('reports what vanishes, and what becomes something else, under its feet', async () => {
    const root = await folder.tree({ 'a/1': '', 'b/1': '', 'c/1': '', d: '' });
    const found: string[] = [];
    for await (const entry of walk(root)) {
      found.push(entry.kind === 'problem' ? `${entry.path} ${entry.reason}` : entry.path);
      if (entry.path !== 'a/1') continue;
      await rm(join(root, 'b'), { recursive: true });
      await rename(join(root, 'c'), join(folder.path, 'c'));
      await writeFile(join(root, 'c'), '');
      await rm(join(root, 'd'));
      await mkdir(join(root, 'd'));
    }
    assert.deepEqual(found, ['a/1', 'b/ vanished', 'c/ changed', 'd changed']);
  });

  it('fails when the root itself is missing, rather than finding nothing', async () => {
    await assert.rejects(collect(join(folder.path, 'missing')), {
      name: 'FolderError',
      message: /can't be listed \(ENOENT\)/,
    });
  });

  it('gives each of 20,000 files once, and a link back to the root as one more', async function () {
    this.timeout(30_000);
    const root = await folder.tree({});
    const make = `for (let d = 0; d < 200; d++) { fs.mkdirSync('d' + d); for (let f = 0; f < 100; f++) fs.writeFileSync('d' + d + '/f' + f, ''); }`;
    execFileSync(process.execPath, ['-e', make], { cwd: root });
    await symlink(root, join(root, 'loop'));
    const paths = new Set<string>();
    let count = 0;
    for await (const { path } of walk(root)) {
      paths.add(path);
      count += 1;
    }
    assert.equal(paths.size, 20_001);
    assert.equal(count, 20_001);
  });
});

function problemAt(path: string): { path: string } {
  return { path };
}
