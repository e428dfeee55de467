import assert from 'node:assert/strict';
import { appendFile, chmod, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { compare, type Comparison } from '../../../../examples/inventory/files/compare';
import { plainInventory } from '../../../../examples/inventory/files/plain-inventory';
import type { StoreRecord } from '../../../../examples/inventory/files/records';
import { snapshot } from '../../../../examples/inventory/files/snapshot';
import { openStore } from '../../../../examples/inventory/files/store';
import { all, asOrdinaryUser, awkwardTree, hashed, inventory, needsModes, useFolder } from './tree';

const nothing = { changed: [], vanished: [], unreadable: [], mismatches: [] };

describe('compare', () => {
  const folder = useFolder();

  interface Steps {
    beforeHashing?: (root: string) => Promise<unknown>;
    beforeFinalWalk?: (root: string) => Promise<unknown>;

    /** Falsifies the inventory. */
    falsify?: (records: StoreRecord[]) => StoreRecord[];
  }

  async function run(root: string, steps: Steps = {}): Promise<Comparison> {
    const before = await snapshot(root);
    await steps.beforeHashing?.(root);
    const records = await all((await inventory(root, join(folder.path, 'true'))).records());
    await steps.beforeFinalWalk?.(root);
    const store = await openStore(join(folder.path, 'store'));
    await store.writeBatch('all', 0, steps.falsify?.(records) ?? records);
    return compare({ before, store, plain: await plainInventory(root) });
  }

  const small = () => folder.tree({ 'a/b': 'b', 'a-b': 'other', link: '-> a-b' });

  it('finds a still tree the same, whatever it holds', async () => {
    const root = await awkwardTree(folder.tree);
    await writeFile(join(root, 'large'), Buffer.alloc(3_000_000, 'large'));
    const plain = await plainInventory(root);
    assert.deepEqual(await run(root), { same: plain.size, ...nothing });
  });

  it('lists what cannot be read, equal on both sides', async function () {
    needsModes.call(this);
    const root = await folder.tree({ file: 'x', 'locked/x': '', secret: 's' });
    await chmod(join(root, 'locked'), 0);
    await chmod(join(root, 'secret'), 0);
    await chmod(folder.path, 0o777);
    assert.deepEqual(await asOrdinaryUser(() => run(root)), {
      ...nothing,
      same: 1,
      unreadable: [
        { path: 'locked/', reason: 'EACCES' },
        { path: 'secret', reason: 'EACCES' },
      ],
    });
  });

  const write = (path: string) => (root: string) => appendFile(join(root, path), 'more');
  const remove = (path: string) => (root: string) => rm(join(root, path));
  const changes: [string, Steps, Partial<Comparison>][] = [
    [
      'written before hashing',
      { beforeHashing: write('a/b') },
      { changed: [{ path: 'a/b', reason: 'written during the run' }] },
    ],
    [
      'written after hashing',
      { beforeFinalWalk: write('a/b') },
      { changed: [{ path: 'a/b', reason: 'written during the run' }] },
    ],
    [
      'made before hashing',
      { beforeHashing: write('new') },
      { changed: [{ path: 'new', reason: 'made during the run' }] },
    ],
    [
      'made after hashing',
      { beforeFinalWalk: write('new') },
      { changed: [{ path: 'new', reason: 'made during the run' }] },
    ],
    [
      'removed before hashing',
      { beforeHashing: remove('a/b') },
      { vanished: [{ path: 'a/b', reason: 'before it was found' }] },
    ],
    [
      'removed after hashing',
      { beforeFinalWalk: remove('a/b') },
      { vanished: [{ path: 'a/b', reason: 'after it was found' }] },
    ],
    [
      'made and removed',
      {
        beforeHashing: (root) => new Promise((done) => setTimeout(done, 20)).then(() => write('new')(root)),
        beforeFinalWalk: remove('new'),
      },
      { vanished: [{ path: 'new', reason: 'made and removed during the run' }] },
    ],
    [
      'replaced by an equal one',
      {
        beforeFinalWalk: async (root) => {
          await writeFile(join(root, '..', 'b'), 'b');
          await rename(join(root, '..', 'b'), join(root, 'a/b'));
        },
      },
      { changed: [{ path: 'a/b', reason: 'written during the run' }] },
    ],
  ];
  for (const [what, steps, expected] of changes) {
    it(`lists a file that was ${what}, and finds no mismatch`, async () => {
      const result = await run(await small(), steps);
      assert.deepEqual(result, { same: result.same, ...nothing, ...expected });
    });
  }

  const edit = (path: string, changes: object) => (records: StoreRecord[]) =>
    records.map((record) => (record.path === path ? { ...record, ...changes } : record));
  const problem = (reason: string) => edit('a/b', { kind: 'problem', reason, detail: 'as it says' });
  const falsified: [string, (records: StoreRecord[]) => StoreRecord[], string, RegExp][] = [
    ['lacks a file', (records) => records.filter(({ path }) => path !== 'a/b'), 'missing', /not in the inventory/],
    ['lacks a link', (records) => records.filter(({ path }) => path !== 'link'), 'missing', /not in the inventory/],
    ['has a file too many', (records) => [...records, hashed('invented')], 'extra', /neither there before nor after/],
    ['has a file twice', (records) => [...records, ...records.slice(0, 1)], 'twice', /2 times in pass 1/],
    ['has another hash', edit('a/b', { sha256: 'beef' }), 'hash', /beef in the inventory/],
    ['has another target', edit('link', { target: 'x' }), 'hash', /x in the inventory, a-b in the plain walk/],
    ['has another size', edit('a/b', { size: 99 }), 'size', /99 in the inventory, 1 in the tree/],
    ['has another time', edit('a/b', { mtimeNs: '1' }), 'state', /another time/],
    ['says changed of a still file', problem('changed'), 'missing', /says changed/],
    ['says vanished of a still file', problem('vanished'), 'missing', /says vanished/],
    ['says unreadable of a readable file', problem('unreadable'), 'missing', /says unreadable/],
  ];
  for (const [what, falsify, kind, detail] of falsified) {
    it(`finds the mismatch when the inventory ${what}`, async () => {
      const { mismatches, ...lists } = await run(await small(), { falsify });
      assert.deepEqual(
        mismatches.map((mismatch) => mismatch.kind),
        [kind],
      );
      assert.match(mismatches[0]?.detail ?? '', detail);
      assert.deepEqual({ ...lists, mismatches: [] }, { same: lists.same, ...nothing });
    });
  }

  it('finds the mismatch when the inventory lacks what cannot be read', async function () {
    needsModes.call(this);
    const root = await folder.tree({ 'locked/x': '', secret: 's' });
    await chmod(join(root, 'locked'), 0);
    await chmod(join(root, 'secret'), 0);
    await chmod(folder.path, 0o777);
    const { mismatches } = await asOrdinaryUser(() => run(root, { falsify: () => [] }));
    assert.deepEqual(mismatches.map(({ path, kind }) => `${path} ${kind}`).sort(), [
      'locked/ missing',
      'secret missing',
    ]);
  });
});
