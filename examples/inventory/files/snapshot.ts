import { plainWalk } from './plain-inventory';
import type { FileState } from './records';

/** How the files of a tree looked before a run. */
export interface Snapshot {
  /** When it was begun, in milliseconds since 1970. */
  takenAt: number;

  /** By path. */
  files: Map<string, FileState>;

  /** The paths of folders that couldn't be listed, and of files in them that couldn't be looked at. */
  unreadable: Set<string>;
}

/** Notes size, time of modification and inode of every file below `root`, for `compare` to tell what changed since. */
export async function snapshot(root: string, takenAt = Date.now()): Promise<Snapshot> {
  const files = new Map<string, FileState>();
  const unreadable = new Set<string>();
  for await (const { record } of plainWalk(Buffer.from(root))) {
    if (record.state) files.set(record.path, record.state);
    else if (record.error !== 'ENOENT') unreadable.add(record.path);
  }
  return { takenAt, files, unreadable };
}
