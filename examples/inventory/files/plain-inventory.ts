import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, readdir, readFile, readlink } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { toText } from './path-text';

/** Up to here a file is read whole, which is several times faster than setting up a stream for it. */
const smallBytes = 1024 * 1024;

/** What a plain walk finds at a path: either `state` or an `error`. */
export interface PlainRecord {
  path: string;

  /** Size, time of modification and inode. */
  state?: { size: number; mtimeNs: string; inode: string };

  /** SHA-256 of a file, target of a symbolic link, '' for anything else. */
  content?: string;

  /** The error code. */
  error?: string;
}

/**
 * The inventory as the simplest program makes it: one process, one walk, one file after the other.
 *
 * It shares nothing with `walk` and `hashFile` but the text of a path, so that comparing the two means something.
 */
export async function plainInventory(root: string): Promise<Map<string, PlainRecord>> {
  const records = new Map<string, PlainRecord>();
  for await (const { bytes, record } of plainWalk(Buffer.from(root))) {
    records.set(record.path, record.state ? await withContent(bytes, record) : record);
  }
  return records;
}

/** Every file below `root` with its state as of now; a folder only when it can't be listed. */
export async function* plainWalk(root: Buffer, folder = ''): AsyncGenerator<{ bytes: Buffer; record: PlainRecord }> {
  let names: Buffer[];
  try {
    names = await readdir(root, { encoding: 'buffer' });
  } catch (error) {
    yield { bytes: root, record: { path: folder, error: code(error) } };
    return;
  }
  for (const name of names) {
    const bytes = Buffer.concat([root, Buffer.from('/'), name]);
    const path = folder + toText(name);
    try {
      const stats = await lstat(bytes, { bigint: true });
      if (stats.isDirectory()) yield* plainWalk(bytes, `${path}/`);
      else yield { bytes, record: { path, state: pick(stats) } };
    } catch (error) {
      yield { bytes, record: { path, error: code(error) } };
    }
  }
}

/** Takes the state after reading, so that a change during it shows as a change. */
async function withContent(bytes: Buffer, { path }: PlainRecord): Promise<PlainRecord> {
  try {
    const content = await contentOf(bytes);
    return { path, state: pick(await lstat(bytes, { bigint: true })), content };
  } catch (error) {
    return { path, error: code(error) };
  }
}

async function contentOf(bytes: Buffer): Promise<string> {
  const stats = await lstat(bytes);
  if (stats.isSymbolicLink()) return toText(await readlink(bytes, { encoding: 'buffer' }));
  if (!stats.isFile()) return '';
  const hash = createHash('sha256');
  if (stats.size <= smallBytes) return hash.update(await readFile(bytes)).digest('hex');
  await pipeline(createReadStream(bytes), hash);
  return hash.digest('hex');
}

function pick(stats: { size: bigint; mtimeNs: bigint; ino: bigint }): NonNullable<PlainRecord['state']> {
  return { size: Number(stats.size), mtimeNs: String(stats.mtimeNs), inode: String(stats.ino) };
}

function code(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
