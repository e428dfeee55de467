import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder } from '../../config/make-folder';
import { useFolder } from '../replay/support';

describe('makeFolder', () => {
  const folder = useFolder();

  it('makes a folder and those above it, also where one is there or comes meanwhile', async () => {
    const path = join(folder.path, 'a/b/c');
    await Promise.all([makeFolder(path), makeFolder(path), makeFolder(join(folder.path, 'a/b'))]);
    assert.ok(existsSync(path));
    await makeFolder(path);
  });

  it('refuses what is a file, and what lies below one', async () => {
    const file = join(folder.path, 'file');
    await writeFile(file, '');
    await assert.rejects(makeFolder(file), { code: 'EEXIST' });
    await assert.rejects(makeFolder(join(file, 'a/b')), { code: 'EEXIST', path: file });
  });

  it('ends where the file system takes no folder', async function () {
    if (!existsSync('/proc/self')) this.skip(); // such a file system comes with Linux
    await assert.rejects(makeFolder('/proc/longhaul/a'), { code: 'ENOENT' });
  });
});
