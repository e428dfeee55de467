import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { appendFile, chmod, rename, rm, symlink, truncate, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hashFile, typeOf } from '../../../../examples/inventory/files/hash-file';
import type { WalkEntry } from '../../../../examples/inventory/files/records';
import { asOrdinaryUser, awkwardTree, collect, needsModes, useFolder } from './tree';

const megabyte = 1024 * 1024;

describe('hashFile', () => {
  const folder = useFolder();

  /** A tree of one file, and that file as the walk finds it. */
  async function oneFile(content = 'content'): Promise<{ root: string; file: string; entry: WalkEntry }> {
    const root = await folder.tree({ 'file.TXT': content });
    return { root, file: join(root, 'file.TXT'), entry: await first(root) };
  }

  async function first(root: string): Promise<WalkEntry> {
    const [entry] = await collect(root);
    assert.ok(entry);
    return entry;
  }

  it('gives the SHA-256, type and state of a file', async () => {
    const { root, entry } = await oneFile();
    const sha256 = createHash('sha256').update('content').digest('hex');
    assert.deepEqual(await hashFile(root, entry), { ...entry, type: 'txt', sha256 });
  });

  it('takes everything that a tree holds, by whatever name, without a problem', async () => {
    const root = await awkwardTree(folder.tree);
    for (const entry of await collect(root)) {
      const result = await hashFile(root, entry);
      assert.equal(result.kind, entry.kind);
      if (entry.path === 'a/b/loop') assert.equal(result.kind === 'symlink' && result.target, '..');
      if (entry.path === 'empty') assert.match(result.kind === 'file' ? result.sha256 : '', /^e3b0c44298fc/);
    }
  });

  const changes: Record<string, (file: string) => Promise<unknown>> = {
    'appended to': (file) => appendFile(file, 'more'),
    'rewritten at the same size': (file) => writeFile(file, 'CONTENT').then(() => utimes(file, 1, 1)),
    touched: (file) => utimes(file, 1, 1),
    'replaced by a link': (file) => rm(file).then(() => symlink('/etc/passwd', file)),
  };
  for (const [what, change] of Object.entries(changes)) {
    it(`finds that a file was ${what} since the walk, before reading it`, async () => {
      const { root, file, entry } = await oneFile();
      await change(file);
      const onProgress = () => assert.fail('read');
      const result = await hashFile(root, entry, { onProgress });
      assert.equal(result.kind === 'problem' && result.reason, 'changed');
    });
  }

  it('does not follow a link to the very file that was there', async function () {
    if (process.platform === 'win32') this.skip();
    const { root, file, entry } = await oneFile();
    await rename(file, `${root}-moved`);
    await symlink(`${root}-moved`, file);
    assert.deepEqual(await hashFile(root, entry), {
      kind: 'problem',
      path: 'file.TXT',
      reason: 'changed',
      detail: 'ELOOP',
    });
  });

  it('does not hang when a fifo has taken the place of the file', async function () {
    if (process.platform === 'win32') this.skip();
    const { root, file, entry } = await oneFile();
    await rm(file);
    execFileSync('mkfifo', [file]);
    const result = await hashFile(root, entry);
    assert.equal(result.kind === 'problem' && result.reason, 'changed');
  });

  it('finds that a file was written to while it was read', async () => {
    const { root, file } = await oneFile();
    await truncate(file, 8 * megabyte);
    let written: Promise<void> | undefined;
    const onProgress = () => {
      written ??= appendFile(file, 'x');
    };
    const result = await hashFile(root, await first(root), { onProgress });
    await written;
    assert.equal(result.kind === 'problem' && result.reason, 'changed');
  });

  it('finds that a file has vanished', async () => {
    const { root, file, entry } = await oneFile();
    await rm(file);
    assert.deepEqual(await hashFile(root, entry), {
      kind: 'problem',
      path: 'file.TXT',
      reason: 'vanished',
      detail: 'ENOENT',
    });
  });

  it('names a file that may not be read', async function () {
    needsModes.call(this);
    const { root, file, entry } = await oneFile();
    await chmod(file, 0);
    const result = await asOrdinaryUser(() => hashFile(root, entry));
    assert.deepEqual(result, { kind: 'problem', path: 'file.TXT', reason: 'unreadable', detail: 'EACCES' });
  });

  it('passes a problem of the walk on', async () => {
    const problem = { kind: 'problem', path: 'x/', reason: 'unreadable', detail: 'EACCES' } as const;
    assert.deepEqual(await hashFile(folder.path, problem), problem);
  });

  it('reads 64 MB in a stream, tells how far it is, and stops when asked', async () => {
    const { root, file } = await oneFile('');
    await truncate(file, 64 * megabyte);
    const entry = await first(root);
    const progress: number[] = [];
    const result = await hashFile(root, entry, { onProgress: (bytes) => progress.push(bytes) });
    assert.equal(
      result.kind === 'file' && result.sha256,
      createHash('sha256')
        .update(Buffer.alloc(64 * megabyte))
        .digest('hex'),
    );
    assert.equal(progress.length, 64);
    assert.equal(progress.at(-1), 64 * megabyte);

    const stop = new AbortController();
    const reason = new Error('stopped');
    const stopped = hashFile(root, entry, {
      signal: stop.signal,
      onProgress: (bytes) => {
        assert.ok(bytes <= 2 * megabyte);
        if (bytes === 2 * megabyte) stop.abort(reason);
      },
    });
    await assert.rejects(stopped, reason);
  });
});

describe('typeOf', () => {
  const types = { 'a/b.JS': 'js', 'a.b/c': 'none', '.gitignore': 'none', 'x.tar.gz': 'gz', 'dot.': 'none' };
  for (const [path, type] of Object.entries(types)) {
    it(`of ${path} is ${type}`, () => assert.equal(typeOf(path), type));
  }
});
