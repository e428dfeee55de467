import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { hashFile } from '../../../../examples/inventory/files/hash-file';
import type { HashedFile, StoreRecord, WalkEntry } from '../../../../examples/inventory/files/records';
import { openStore, type Store } from '../../../../examples/inventory/files/store';
import { walk, type WalkPosition } from '../../../../examples/inventory/files/walk';

/** A folder of its own for each test of the suite, which any user may enter and which is gone afterwards. */
export function useFolder(): { path: string; tree: (files: Record<string, string>) => Promise<string> } {
  const folder = { path: '', tree: (files: Record<string, string>) => makeTree(join(folder.path, 'tree'), files) };
  beforeEach(async () => {
    folder.path = await realpath(await mkdtemp(join(tmpdir(), 'longhaul-files-')));
    await chmod(folder.path, 0o755);
  });
  afterEach(() => rm(folder.path, { recursive: true, force: true }));
  return folder;
}

/** Content by path; `-> target` makes a symbolic link and a path that ends in `/` an empty folder. */
async function makeTree(root: string, files: Record<string, string>): Promise<string> {
  await mkdir(root, { recursive: true });
  for (const [path, content] of Object.entries(files)) {
    const absolute = join(root, path);
    await mkdir(path.endsWith('/') ? absolute : dirname(absolute), { recursive: true });
    if (content.startsWith('-> ')) await symlink(content.slice(3), absolute);
    else if (!path.endsWith('/')) await writeFile(absolute, content);
  }
  return root;
}

/** A tree with one of everything that needs care. */
export async function awkwardTree(tree: (files: Record<string, string>) => Promise<string>): Promise<string> {
  const root = await tree({
    'a/b/c.txt': 'c',
    'a/b/loop': '-> ..',
    'a/itself': '-> itself',
    'a-b': 'sorts before a/ by bytes',
    'a.txt': 'and so does this',
    empty: '',
    'empty-folder/': '',
    'z/ümläut': 'u',
    'z/😀': 'above U+FFFF: UTF-16 order is not byte order',
    'z/\uFFFD': 'r',
  });
  if (process.platform === 'win32') return root;
  await writeFile(join(root, 'new\nline'), 'n');
  execFileSync('mkfifo', [join(root, 'fifo')]);
  // macOS refuses names that aren't UTF-8.
  if (process.platform === 'linux')
    await writeFile(Buffer.concat([Buffer.from(`${root}/z/`), Buffer.from([0xff, 0x80])]), 'x');
  return root;
}

export async function collect(root: string, after?: WalkPosition): Promise<WalkEntry[]> {
  return all(walk(root, { after }));
}

export async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const result: T[] = [];
  for await (const item of items) result.push(item);
  return result;
}

/** Walks, hashes and stores, as the workflow's activities do. */
export async function inventory(root: string, folder: string, pass = 1): Promise<Store> {
  const store = await openStore(folder);
  const records: StoreRecord[] = [];
  for await (const entry of walk(root)) records.push({ ...(await hashFile(root, entry)), pass });
  await store.writeBatch(`pass ${pass}`, 0, records);
  return store;
}

/** A record as `hashFile` could have made it. */
export function hashed(path: string, pass = 1, changes: Partial<HashedFile> = {}): StoreRecord {
  return { kind: 'file', path, pass, type: 'x', size: 1, mtimeNs: '5', inode: '7', sha256: 'ab', ...changes };
}

/** Root reads everything whatever the mode says, so the test gives up that right while `action` runs. */
export async function asOrdinaryUser<T>(action: () => Promise<T>): Promise<T> {
  if (process.geteuid?.() !== 0) return action();
  process.seteuid?.(65534);
  try {
    return await action();
  } finally {
    process.seteuid?.(0);
  }
}

/** Skips on Windows, where a mode doesn't take away the right to read. */
export function needsModes(this: Mocha.Context): void {
  if (process.platform === 'win32') this.skip();
}
