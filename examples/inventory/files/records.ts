/** What tells that a file is still the one that was seen. */
export interface FileState {
  /** In bytes. */
  size: number;

  /** Time of last modification in nanoseconds, as text: it exceeds what a number holds exactly. */
  mtimeNs: string;

  /** As text, for the same reason. */
  inode: string;
}

/** A file that a walk found: not yet read. */
export interface FoundFile extends FileState {
  /** `other` is a socket, a fifo or a device: listed and never opened. */
  kind: 'file' | 'symlink' | 'other';

  /** Relative to the root, with `/` between the parts, as text of `toText`. */
  path: string;
}

export type ProblemReason = 'changed' | 'vanished' | 'unreadable';

/** Something that is there, or was, and can't be inventoried. */
export interface Problem {
  kind: 'problem';

  /** As in `FoundFile`; ends in `/` for a folder. */
  path: string;

  reason: ProblemReason;

  /** In a few words, with the error code where there is one. */
  detail: string;
}

export type WalkEntry = FoundFile | Problem;

export interface HashedFile extends FileState {
  kind: 'file';
  path: string;

  /** The extension in lower case without the dot, or `none`. */
  type: string;

  /** In hexadecimal. */
  sha256: string;
}

export interface Symlink extends FileState {
  kind: 'symlink';
  path: string;
  type: 'symlink';

  /** Where it points, as text of `toText`; never followed. */
  target: string;
}

export interface OtherFile extends FileState {
  kind: 'other';
  path: string;
  type: 'other';
}

/** What is known of one path once it has been looked at. */
export type FileResult = HashedFile | Symlink | OtherFile | Problem;

/** What the store keeps; the highest `pass` wins for a path. */
export type StoreRecord = FileResult & { pass: number };

/** Whether both are the same file, not written to in between. */
export function sameState(a: FileState, b: FileState): boolean {
  return a.size === b.size && a.mtimeNs === b.mtimeNs && a.inode === b.inode;
}
