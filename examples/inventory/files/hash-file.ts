import { createHash } from 'node:crypto';
import { readlink, type FileHandle } from 'node:fs/promises';
import { extname } from 'node:path/posix';
import { absolutePath, kindOf, lstatFile, openForReading, problemOf, stateOf } from './file-system';
import { toText } from './path-text';
import { sameState, type FileResult, type FileState, type FoundFile, type Problem, type WalkEntry } from './records';

/** Large enough that the reads cost little, small enough that hashing one leaves time for timers. */
const chunkBytes = 1024 * 1024;

export interface HashFileOptions {
  /** Stops between two reads. */
  signal?: AbortSignal | undefined;

  /** Called after each read with the bytes of this file read so far. */
  onProgress?: ((bytes: number) => void) | undefined;
}

/**
 * Reads one file that `walk` found and gives its SHA-256; of a symbolic link, where it points.
 *
 * The file is read as a stream. When it isn't the file that the walk saw, or is written to meanwhile, the result is a
 * problem: a hash would be of no content that the file ever had.
 *
 * @throws the reason of `signal` when that aborts; a system error that says nothing about the file, such as `EMFILE`.
 */
export async function hashFile(root: string, entry: WalkEntry, options: HashFileOptions = {}): Promise<FileResult> {
  options.signal?.throwIfAborted();
  if (entry.kind === 'problem') return entry;
  try {
    if (entry.kind === 'symlink') return await readTarget(root, entry);
    if (entry.kind === 'other') return await lookAgain(root, entry);
    return await hashContent(root, entry, options);
  } catch (error) {
    return problemOf(entry.path, error);
  }
}

/** The type of a file: its extension in lower case without the dot, or `none`. */
export function typeOf(path: string): string {
  return extname(path).slice(1).toLowerCase() || 'none';
}

async function hashContent(root: string, entry: FoundFile, options: HashFileOptions): Promise<FileResult> {
  const handle = await openForReading(absolutePath(root, entry.path));
  try {
    const before = await handle.stat({ bigint: true });
    if (!before.isFile()) return changed(entry, 'something else has taken its place');
    if (!sameState(entry, stateOf(before))) return changed(entry, 'since it was found');
    const { sha256, bytes } = await digest(handle, options);
    const after = stateOf(await handle.stat({ bigint: true }));
    if (!sameState(entry, after) || bytes !== entry.size) return changed(entry, 'while it was read');
    return { kind: 'file', path: entry.path, type: typeOf(entry.path), ...after, sha256 };
  } finally {
    await handle.close();
  }
}

async function digest(handle: FileHandle, options: HashFileOptions): Promise<{ sha256: string; bytes: number }> {
  const hash = createHash('sha256');
  const buffer = Buffer.allocUnsafe(chunkBytes);
  let bytes = 0;
  for (;;) {
    const { bytesRead } = await handle.read(buffer, 0, chunkBytes, bytes);
    if (bytesRead === 0) return { sha256: hash.digest('hex'), bytes };
    hash.update(buffer.subarray(0, bytesRead));
    bytes += bytesRead;
    options.onProgress?.(bytes);
    options.signal?.throwIfAborted();
  }
}

async function readTarget(root: string, entry: FoundFile): Promise<FileResult> {
  const path = absolutePath(root, entry.path);
  const target = toText(await readlink(path, { encoding: 'buffer' }));
  const state = await stillThere(path, entry);
  return state
    ? { kind: 'symlink', path: entry.path, type: 'symlink', ...state, target }
    : changed(entry, 'since it was found');
}

async function lookAgain(root: string, entry: FoundFile): Promise<FileResult> {
  const state = await stillThere(absolutePath(root, entry.path), entry);
  return state ? { kind: 'other', path: entry.path, type: 'other', ...state } : changed(entry, 'since it was found');
}

async function stillThere(path: Buffer, entry: FoundFile): Promise<FileState | undefined> {
  const stats = await lstatFile(path);
  const state = stateOf(stats);
  return kindOf(stats) === entry.kind && sameState(entry, state) ? state : undefined;
}

function changed(entry: FoundFile, detail: string): Problem {
  return { kind: 'problem', path: entry.path, reason: 'changed', detail };
}
