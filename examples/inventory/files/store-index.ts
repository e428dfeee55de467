import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { compareKeys, pathKey } from './path-text';
import type { StoreRecord } from './records';

const newline = 0x0a;

/** How many batch files are kept in memory: passes interleave, and each is sorted by itself. */
const cachedFiles = 16;

/** Where one record is: small, so that an index of a million fits. */
export interface IndexEntry {
  key: string;
  pass: number;
  file: string;

  /** In bytes. */
  start: number;
  end: number;
}

/** Every record of the batch files in `folder`, by path and the newest pass first; nothing is merged yet. */
export async function readIndex(folder: string): Promise<IndexEntry[]> {
  const index: IndexEntry[] = [];
  for (const name of await readdir(folder)) {
    if (!name.endsWith('.jsonl') || name.startsWith('.')) continue;
    const file = join(folder, name);
    const content = await readFile(file);
    for (let start = 0, end; (end = content.indexOf(newline, start)) >= 0; start = end + 1) {
      const { path, pass } = parseRecord(content, { file, start, end });
      index.push({ key: pathKey(path), pass, file, start, end });
    }
  }
  return index.sort((a, b) => compareKeys(a, b) || b.pass - a.pass);
}

/** The newest record of each path. */
export function newest(index: readonly IndexEntry[]): IndexEntry[] {
  return index.filter((entry, at) => entry.key !== index[at - 1]?.key);
}

/** Reads the records that `entries` point to, in their order. */
export async function* readRecords(entries: Iterable<IndexEntry>): AsyncGenerator<StoreRecord, void, undefined> {
  const cache = new Map<string, Buffer>();
  for (const entry of entries) {
    let content = cache.get(entry.file);
    if (content) {
      cache.delete(entry.file); // to the end, so that the first is the least recently used
    } else {
      content = await readFile(entry.file);
      const [oldest] = cache.keys();
      if (cache.size >= cachedFiles && oldest !== undefined) cache.delete(oldest);
    }
    cache.set(entry.file, content);
    yield parseRecord(content, entry);
  }
}

function parseRecord(content: Buffer, { file, start, end }: Pick<IndexEntry, 'file' | 'start' | 'end'>): StoreRecord {
  try {
    return JSON.parse(content.toString('utf8', start, end)) as StoreRecord;
  } catch (cause) {
    throw new Error(`Reading ${file} at byte ${start}: not a record. Remove the store's folder and run again.`, {
      cause,
    });
  }
}
