import { compareKeys, pathKey } from './files/path-text';
import { sameState } from './files/records';
import type { StoreRecord, WalkEntry } from './files/records';
import type { Store } from './files/store';
import { walk } from './files/walk';

/**
 * What differs between the tree and what the store knows of it: new and changed files as the walk finds them, and vanished ones
 * as the store knew them. In the walk's order, so that it can be resumed after any of its entries.
 */
export async function* changes(root: string, store: Store, after?: { path: string }): AsyncGenerator<WalkEntry> {
  const known = store.records()[Symbol.asyncIterator]();
  const next = async (): Promise<StoreRecord | undefined> => {
    const { done, value } = (await known.next()) as IteratorResult<StoreRecord, undefined>;
    return done ? undefined : value;
  };
  const order = (a: { path: string }, b: { path: string }) =>
    compareKeys({ key: pathKey(a.path) }, { key: pathKey(b.path) });
  let record = await next();
  while (record && after && order(record, after) <= 0) record = await next();
  for await (const entry of walk(root, { after })) {
    for (; record && order(record, entry) < 0; record = await next()) yield* vanished(record);
    const same: StoreRecord | undefined = record && order(record, entry) === 0 ? record : undefined;
    if (same) record = await next();
    if (!same || !isUnchanged(same, entry)) yield entry;
  }
  for (; record; record = await next()) yield* vanished(record);
}

function* vanished(record: StoreRecord): Generator<WalkEntry> {
  if (record.kind === 'problem') {
    if (record.reason === 'vanished') return;
    yield { kind: 'problem', path: record.path, reason: 'vanished', detail: 'gone since the last pass' };
    return;
  }
  const { kind, path, size, mtimeNs, inode } = record;
  yield { kind, path, size, mtimeNs, inode };
}

function isUnchanged(record: StoreRecord, entry: WalkEntry): boolean {
  if (record.kind === 'problem') return entry.kind === 'problem' && record.reason === entry.reason;
  if (entry.kind === 'problem') return false;
  return record.kind === entry.kind && sameState(record, entry);
}
