import assert from 'node:assert/strict';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { changes } from '../../../examples/inventory/changes';
import { all, inventory, useFolder } from './files/tree';

describe('changes', () => {
  const folder = useFolder();

  async function changedTree() {
    const root = await folder.tree({ gone: 'a', link: '-> same', same: 'a', written: 'a' });
    const store = await inventory(root, join(folder.path, 'store'));
    await writeFile(join(root, 'written'), 'longer');
    await writeFile(join(root, 'made'), 'a');
    await rm(join(root, 'gone'));
    return { root, store };
  }

  it('are the new, the written and the vanished, in the order of the walk', async () => {
    const { root, store } = await changedTree();
    const entries = await all(changes(root, store));
    assert.deepEqual(
      entries.map(({ path }) => path),
      ['gone', 'made', 'written'],
    );
  });

  it('go on after any of them', async () => {
    const { root, store } = await changedTree();
    const paths = (await all(changes(root, store))).map(({ path }) => path);
    for (const [index, path] of paths.entries()) {
      const rest = await all(changes(root, store, { path }));
      assert.deepEqual(
        rest.map((entry) => entry.path),
        paths.slice(index + 1),
      );
    }
  });
});
