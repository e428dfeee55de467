import { readdir } from 'node:fs/promises';
import { absolutePath, errorCode, kindOf, lstatFile, problemOf, stateOf } from './file-system';
import { FolderError } from './folder-error';
import { bytesKey, compareKeys, pathKey, toText } from './path-text';
import type { WalkEntry } from './records';

/** How many files are asked for their size at the same time. */
const statsAtOnce = 64;

/**
 * Where a walk is: after the entry of that path. A `WalkEntry` is one too.
 *
 * A path that ends in `/` is that of a folder which couldn't be listed, and means: after everything below it.
 */
export interface WalkPosition {
  path: string;
}

export interface WalkOptions {
  /** Where to go on; the entry itself needn't exist any more. @default the start */
  after?: WalkPosition | undefined;
}

interface Child {
  /** Orders all paths of the tree: that of a folder ends in `/`, so that it sorts where its contents do. */
  key: string;
  path: string;
  isFolder: boolean;
}

/**
 * Lists every file below `root` in the order of the bytes of the paths, without holding more than the listings of the
 * folders on the way down.
 *
 * Symbolic links are listed and not followed. Folders aren't listed, unless they can't be read: those are problems, as are
 * files that vanish under the walk's feet. In a tree that doesn't change, resuming gives exactly the entries that follow.
 *
 * @throws FolderError when `root` itself can't be listed: a walk that ended early would look like an empty tree.
 */
export async function* walk(root: string, options: WalkOptions = {}): AsyncGenerator<WalkEntry, void, undefined> {
  const isAhead = aheadOf(options.after);
  const pending: Child[][] = [await listRoot(root, isAhead)]; // reversed listings: the next child is the last
  for (let listing = pending.at(-1); listing; listing = pending.at(-1)) {
    const children = takeFiles(listing);
    if (children.length > 0) {
      yield* await Promise.all(children.map((child) => look(root, child)));
      continue;
    }
    const folder = listing.pop();
    if (!folder) {
      pending.pop();
      continue;
    }
    try {
      pending.push(await list(root, folder.path, isAhead));
    } catch (error) {
      yield folderProblem(folder.path, error);
    }
  }
}

/** Whether a child is after the position or holds something that is. */
function aheadOf(after: WalkPosition | undefined): (child: Child) => boolean {
  if (!after) return () => true;
  const done = pathKey(after.path);
  const isWholeFolder = done.endsWith('/');
  return ({ key, isFolder }) => {
    if (isWholeFolder && key.startsWith(done)) return false;
    return key > done || (isFolder && done.startsWith(key));
  };
}

async function listRoot(root: string, isAhead: (child: Child) => boolean): Promise<Child[]> {
  try {
    return await list(root, '', isAhead);
  } catch (error) {
    throw new FolderError(root, `can't be listed (${errorCode(error) ?? 'no error code'})`, { cause: error });
  }
}

async function list(root: string, path: string, isAhead: (child: Child) => boolean): Promise<Child[]> {
  const entries = await readdir(absolutePath(root, path), { withFileTypes: true, encoding: 'buffer' });
  const prefix = pathKey(path);
  return entries
    .map((entry): Child => {
      const slash = entry.isDirectory() ? '/' : '';
      return {
        key: prefix + bytesKey(entry.name) + slash,
        path: path + toText(entry.name) + slash,
        isFolder: slash !== '',
      };
    })
    .filter(isAhead)
    .sort((a, b) => compareKeys(b, a));
}

/** Takes the files up to the next folder off the end of a reversed listing. */
function takeFiles(listing: Child[]): Child[] {
  const next = listing.findLastIndex((child) => child.isFolder);
  return listing.splice(Math.max(next + 1, listing.length - statsAtOnce)).reverse();
}

async function look(root: string, { path }: Child): Promise<WalkEntry> {
  try {
    const stats = await lstatFile(absolutePath(root, path));
    const kind = kindOf(stats);
    // Listed as a file, so its contents would come out of order.
    if (!kind) return { kind: 'problem', path, reason: 'changed', detail: 'a folder has taken its place' };
    return { kind, path, ...stateOf(stats) };
  } catch (error) {
    return problemOf(path, error);
  }
}

function folderProblem(path: string, error: unknown): WalkEntry {
  const problem = problemOf(path, error);
  if (problem.detail !== 'ENOTDIR') return problem;
  return { ...problem, reason: 'changed', detail: 'something else has taken the place of the folder' };
}
