import { opendir, realpath, stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { errorCode } from './file-system';
import { FolderError } from './folder-error';

/**
 * Makes sure that `folder` can be inventoried, before anything is started for it.
 *
 * @returns the absolute path, without symbolic links.
 * @throws FolderError when it doesn't exist, isn't a folder, or can't be read.
 */
export async function checkFolder(folder: string): Promise<string> {
  try {
    const real = await realpath(resolve(folder));
    if (!(await stat(real)).isDirectory())
      throw new FolderError(folder, 'is not a folder; give the folder that it is in');
    await (await opendir(real)).close(); // access() would ask for the real user, not the effective one
    return real;
  } catch (error) {
    throw error instanceof FolderError ? error : new FolderError(folder, explain(error), { cause: error });
  }
}

/**
 * Makes sure that what is written doesn't land in the tree that is inventoried: it would change under the walk.
 *
 * Refused, not skipped: an inventory that silently leaves out a part of the tree is worse than a clear sentence.
 *
 * @param root As `checkFolder` returned it.
 * @param folder Needn't exist yet.
 * @throws FolderError when `folder` is `root` or below it.
 */
export async function checkOutside(root: string, folder: string): Promise<void> {
  const way = relative(root, await realpathOfParents(resolve(folder)));
  const isOutside = way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way);
  if (!isOutside) throw new FolderError(folder, `is inside of ${root}, which is to be read; choose one outside of it`);
}

/** The real path of the part that exists, followed by the rest. */
async function realpathOfParents(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    if (errorCode(error) !== 'ENOENT' || dirname(path) === path) throw error;
    return join(await realpathOfParents(dirname(path)), basename(path));
  }
}

function explain(error: unknown): string {
  const code = errorCode(error);
  if (code === 'ENOENT') return 'does not exist; give the path of a folder that does';
  if (code === 'ENOTDIR')
    return 'does not exist, since a part of its path is a file; give the path of a folder that does';
  if (code === 'EACCES' || code === 'EPERM')
    return `can't be read (${code}); run as a user who may read it, or choose another`;
  return `can't be read (${code ?? String(error)}); choose another`;
}
