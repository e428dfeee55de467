import assert from 'node:assert/strict';
import { link, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Report } from '../../../../examples/inventory/files/report';
import { openStore } from '../../../../examples/inventory/files/store';
import { summarise } from '../../../../examples/inventory/files/summary';
import { awkwardTree, hashed, inventory, useFolder } from './tree';

interface Line {
  path: string;
  package: string | null;
  version: string | null;
}

describe('summarise', () => {
  const folder = useFolder();

  async function summaryOf(root: string) {
    const outputFolder = join(folder.path, 'out');
    const store = await inventory(root, join(folder.path, 'store'));
    const compact = await summarise({ root, store, outputFolder });
    const lines = (await readFile(join(outputFolder, 'inventory.jsonl'), 'utf8')).trimEnd().split('\n');
    const report = JSON.parse(await readFile(join(outputFolder, 'summary.json'), 'utf8')) as Report;
    return { compact, report, lines: lines.map((line) => JSON.parse(line) as Line), outputFolder };
  }

  it('counts files, bytes and types', async () => {
    const root = await folder.tree({ 'a.js': '12345', 'b.JS': '123', c: '1', link: '-> c' });
    const { compact, report } = await summaryOf(root);
    assert.deepEqual([compact.files, compact.bytes, compact.symlinks, compact.others], [3, 9, 1, 0]);
    assert.deepEqual(report.types, [
      { type: 'js', files: 2, bytes: 8 },
      { type: 'none', files: 1, bytes: 1 },
      { type: 'symlink', files: 1, bytes: 0 },
    ]);
  });

  it('gives each file to the nearest package.json that has a name', async () => {
    const root = await folder.tree({
      'package.json': '{"name": "top", "version": "1.0.0", "license": "MIT"}',
      'node_modules/in/package.json': '{"name": "in", "version": "2.0.0", "license": "(MIT OR Apache-2.0)"}',
      'node_modules/in/dist/esm/package.json': '{"type": "module"}',
      'node_modules/in/dist/esm/index.js': 'x',
      'node_modules/none.js': 'y',
    });
    const { report, lines } = await summaryOf(root);
    assert.deepEqual(
      lines.map((line) => [line.path, line.package, line.version]),
      [
        ['node_modules/in/dist/esm/index.js', 'in', '2.0.0'],
        ['node_modules/in/dist/esm/package.json', 'in', '2.0.0'],
        ['node_modules/in/package.json', 'in', '2.0.0'],
        ['node_modules/none.js', 'top', '1.0.0'],
        ['package.json', 'top', '1.0.0'],
      ],
    );
    const counts = report.packages.map(({ name, folder, licence, files }) => [name, folder, licence, files]);
    assert.deepEqual(counts, [
      ['in', 'node_modules/in/', '(MIT OR Apache-2.0)', 3],
      ['top', '', 'MIT', 2],
    ]);
    assert.deepEqual(report.packageProblems, []);
  });

  it('reads the older forms of a licence, and names what is no valid JSON', async () => {
    const licences: Record<string, unknown> = {
      object: { license: { type: 'ISC', url: 'x' } },
      array: { licenses: [{ type: 'MIT' }, 'BSD'] },
      single: { licenses: { type: 'MIT' } },
      empty: { license: '', licenses: [] },
      odd: { license: 5, version: 7 },
    };
    const files = Object.entries(licences).map(([name, content]) => [
      `${name}/package.json`,
      JSON.stringify({ name, ...(content as object) }),
    ]);
    const root = await folder.tree({
      ...(Object.fromEntries(files) as Record<string, string>),
      'bom/package.json': '\uFEFF{"name": "bom", "license": "0BSD"}',
      'broken/package.json': '{"name": ',
      'null/package.json': 'null',
    });
    const { report, compact } = await summaryOf(root);
    assert.deepEqual(Object.fromEntries(report.packages.map(({ name, licence }) => [name, licence])), {
      object: 'ISC',
      array: '(MIT OR BSD)',
      single: 'MIT',
      empty: null,
      odd: null,
      bom: '0BSD',
    });
    assert.deepEqual(report.packageProblems, [{ path: 'broken/package.json', problem: 'invalid JSON' }]);
    assert.equal(compact.packages.invalid, 1);
    assert.deepEqual(compact.packages.licences[0], { licence: 'none', packages: 2 });
  });

  it('groups duplicates by content; empty files are none, and hard links waste nothing', async () => {
    const root = await folder.tree({ a: 'same', b: 'same', c: 'same', d: 'other', e: '', f: '' });
    await link(join(root, 'd'), join(root, 'd2'));
    await link(join(root, 'a'), join(root, 'a2'));
    const { duplicates } = (await summaryOf(root)).report;
    assert.deepEqual([duplicates.groups, duplicates.files, duplicates.wastedBytes], [2, 6, 8]);
    assert.deepEqual(
      duplicates.top.map(({ paths, wastedBytes }) => [paths, wastedBytes]),
      [
        [['a', 'a2', 'b', 'c'], 8],
        [['d', 'd2'], 0],
      ],
    );
  });

  it('is the same when it is made again, and leaves no other file', async () => {
    const root = await awkwardTree(folder.tree);
    const first = await summaryOf(root);
    assert.deepEqual(await summaryOf(root), first);
    assert.deepEqual(await readdir(first.outputFolder), ['inventory.jsonl', 'summary.json']);
  });

  it('returns less than 20 KB for a tree of long names, problems and packages', async () => {
    const long = (start: string) => `${start}/${'"字'.repeat(1000)}`;
    const packages = Object.fromEntries(
      Array.from({ length: 20 }, (_, at): [string, string] => [
        `p${at}/package.json`,
        JSON.stringify({ name: long('n'), version: long('v'), license: long(String(at)) }),
      ]),
    );
    const root = await folder.tree(packages);
    const store = await inventory(root, join(folder.path, 'store'));
    const twins = Array.from({ length: 50 }, (_, at) =>
      hashed(`${at}${long('twin')}`, 1, { sha256: String(at >> 1).padStart(64, '0'), type: `${at}${long('')}` }),
    );
    const problems = (['changed', 'vanished', 'unreadable'] as const).flatMap((reason) =>
      Array.from({ length: 20 }, (_, at) => ({
        ...{ kind: 'problem' as const, reason, pass: 1, detail: long('detail') },
        path: `${at}${reason}${long('')}`,
      })),
    );
    await store.writeBatch('made up', 0, [...twins, ...problems]);
    const compact = await summarise({ root, store, outputFolder: join(folder.path, 'out') });
    assert.equal(compact.problems.vanished.count, 20);
    assert.equal(compact.packages.count, 20);
    assert.equal(compact.duplicates.groups, 25);
    const bytes = Buffer.byteLength(JSON.stringify(compact));
    assert.ok(bytes < 20_000, `${bytes} bytes`);
  });

  it('names the package.json that has vanished since', async () => {
    const store = await openStore(join(folder.path, 'store'));
    await store.writeBatch('a', 0, [hashed('package.json')]);
    const outputFolder = join(folder.path, 'out');
    await summarise({ root: await folder.tree({}), store, outputFolder });
    const report = JSON.parse(await readFile(join(outputFolder, 'summary.json'), 'utf8')) as Report;
    assert.deepEqual(report.packageProblems, [{ path: 'package.json', problem: 'vanished' }]);
  });
});
