import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { writeAtomically } from './atomic-file';
import { toText } from './path-text';
import type { StoreRecord } from './records';
import { newest, readIndex, readRecords } from './store-index';

/** A path that the store holds more than once for one pass. */
export interface Twice {
  path: string;
  pass: number;
  times: number;
}

export interface Store {
  folder: string;

  /**
   * Adds records; writing the same batch and part again replaces what the first write left.
   *
   * @param part Counts from 0. The same part must hold the same paths at each attempt, or a path may end up in two parts.
   */
  writeBatch(batchId: string, part: number, records: readonly StoreRecord[]): Promise<void>;

  /** The newest record of each path, in the order of the bytes of the paths. */
  records(): AsyncIterable<StoreRecord>;

  /** What merging would hide: paths that are there more than once in the same pass. */
  twice(): Promise<Twice[]>;
}

/** Opens the store in `folder` and makes the folder when it is missing. */
export async function openStore(folder: string): Promise<Store> {
  await mkdir(folder, { recursive: true });
  return {
    folder,
    writeBatch: (batchId, part, records) => writeAtomically(join(folder, batchFile(batchId, part)), lines(records)),
    records: () => mergedRecords(folder),
    twice: () => findTwice(folder),
  };
}

/** Readable, and different for different ids also where the file system ignores case. */
function batchFile(batchId: string, part: number): string {
  const readable = batchId.replace(/[^A-Za-z0-9-]+/g, '-').slice(0, 60);
  const unique = createHash('sha256').update(batchId).digest('hex').slice(0, 16);
  return `${readable || 'batch'}.${unique}.${part}.jsonl`;
}

function* lines(records: Iterable<StoreRecord>): Generator<string> {
  for (const record of records) yield `${JSON.stringify(record)}\n`;
}

async function* mergedRecords(folder: string): AsyncGenerator<StoreRecord, void, undefined> {
  yield* readRecords(newest(await readIndex(folder)));
}

async function findTwice(folder: string): Promise<Twice[]> {
  const counts = new Map<string, Twice>();
  const index = await readIndex(folder);
  index.forEach(({ key, pass }, at) => {
    const previous = index[at - 1];
    if (previous?.key !== key || previous.pass !== pass) return;
    const id = `${pass} ${key}`;
    const path = toText(Buffer.from(key, 'latin1'));
    counts.set(id, { path, pass, times: (counts.get(id)?.times ?? 1) + 1 });
  });
  return [...counts.values()];
}
