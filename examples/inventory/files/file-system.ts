import type { BigIntStats } from 'node:fs';
import { constants, lstat, open, type FileHandle } from 'node:fs/promises';
import { toBytes } from './path-text';
import type { FileState, FoundFile, Problem, ProblemReason } from './records';

/** Windows has neither flag; there the comparison of inodes has to do. */
const { O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants as Partial<typeof constants>;

/** Error codes that speak of this process and not of the file: trying again later may help. */
const processCodes = new Set(['EMFILE', 'ENFILE', 'ENOMEM', 'EAGAIN']);

const reasons: Partial<Record<string, ProblemReason>> = {
  ENOENT: 'vanished',
  ENOTDIR: 'vanished',
  ELOOP: 'changed', // a symbolic link has taken the place of a file (O_NOFOLLOW); FreeBSD says EMLINK
  EMLINK: 'changed',
  ENXIO: 'changed', // a socket has
  EISDIR: 'changed',
  EINVAL: 'changed', // readlink of what is no link any more
};

/** The absolute path of `path` (text) below `root`, in bytes. */
export function absolutePath(root: string, path: string): Buffer {
  return Buffer.concat([Buffer.from(root), Buffer.from('/'), toBytes(path)]);
}

/** Opens for reading: doesn't follow a symbolic link, and doesn't wait for a writer when a fifo is there. */
export function openForReading(path: Buffer): Promise<FileHandle> {
  return open(path, constants.O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
}

export function lstatFile(path: Buffer): Promise<BigIntStats> {
  return lstat(path, { bigint: true });
}

export function stateOf(stats: BigIntStats): FileState {
  return { size: Number(stats.size), mtimeNs: String(stats.mtimeNs), inode: String(stats.ino) };
}

/** The kind of file, or undefined for a folder. */
export function kindOf(stats: BigIntStats): FoundFile['kind'] | undefined {
  if (stats.isFile()) return 'file';
  if (stats.isSymbolicLink()) return 'symlink';
  return stats.isDirectory() ? undefined : 'other';
}

/**
 * What an error says about the file at `path`.
 *
 * @throws the error itself when it isn't about the file: out of file handles or memory, or no system error at all.
 */
export function problemOf(path: string, error: unknown): Problem {
  const code = errorCode(error);
  if (code === undefined || processCodes.has(code)) throw error;
  return { kind: 'problem', path, reason: reasons[code] ?? 'unreadable', detail: code };
}

/** The code of a system error such as `ENOENT`. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && 'syscall' in error ? String(error.code) : undefined;
}
