import assert from 'node:assert/strict';
import { chmod, mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { checkFolder, checkOutside } from '../../../../examples/inventory/files/check-folder';
import { FolderError } from '../../../../examples/inventory/files/folder-error';
import { asOrdinaryUser, needsModes, useFolder } from './tree';

describe('checkFolder', () => {
  const folder = useFolder();

  it('gives the real path of a folder', async () => {
    const root = await folder.tree({ 'real/x': '', link: '-> real' });
    assert.equal(await checkFolder(join(root, 'link')), join(root, 'real'));
  });

  const refused: [string, string, RegExp][] = [
    ['a missing folder', 'missing', /^The folder \S+missing does not exist; give the path of a folder that does\.$/],
    ['a file in its place', 'file', /^The folder \S+file is not a folder; give the folder that it is in\.$/],
    ['a path through a file', 'file/x', /^The folder \S+x does not exist[^.]*\.$/],
    ['a folder with a newline in its name', 'new\nline', /^The folder \S+new\\x0Aline does not exist[^.\n]*\.$/],
  ];
  for (const [what, path, message] of refused) {
    it(`refuses ${what} in one sentence`, async () => {
      const root = await folder.tree({ file: '' });
      await assert.rejects(
        checkFolder(join(root, path)),
        (error) => error instanceof FolderError && message.test(error.message),
      );
    });
  }

  it('refuses a folder that may not be read', async function () {
    needsModes.call(this);
    const root = await folder.tree({ 'locked/x': '' });
    await chmod(join(root, 'locked'), 0);
    const check = asOrdinaryUser(() => checkFolder(join(root, 'locked')));
    await assert.rejects(check, {
      name: 'FolderError',
      message: /locked can't be read \(EACCES\); run as a user who may/,
    });
  });
});

describe('checkOutside', () => {
  const folder = useFolder();

  it('accepts a folder beside the root, above it, or one that does not exist yet', async () => {
    const root = await folder.tree({ x: '' });
    for (const outside of [`${root}-store`, folder.path, join(folder.path, 'a/b/c'), join(root, '../..tree')]) {
      await checkOutside(root, outside);
    }
  });

  it('refuses the root and any folder below it, also by way of a link', async () => {
    const root = await folder.tree({ 'sub/x': '' });
    await mkdir(join(folder.path, 'elsewhere'));
    await symlink(join(root, 'sub'), join(folder.path, 'elsewhere/link'));
    for (const inside of [
      root,
      join(root, 'sub'),
      join(root, 'not/yet'),
      join(root, '..a'),
      join(folder.path, 'elsewhere/link/new'),
    ]) {
      await assert.rejects(checkOutside(root, inside), {
        name: 'FolderError',
        message: /is inside of .*; choose one outside of it\.$/,
      });
    }
  });
});
