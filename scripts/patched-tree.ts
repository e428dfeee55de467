import { execFile } from 'node:child_process';
import { copyFile, cp, mkdir, readdir, readFile, symlink } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The root of the sources, seen from where the compiled scripts run. */
export const root = resolve(__dirname, '../..');

/** A patch that does not fit the sources it was made for. */
export class PatchError extends Error {
  override readonly name = 'PatchError';
}

/**
 * Copies the sources, as git knows them, and what was compiled of them into an empty folder.
 *
 * The copy is a package of its own: `longhaul/…` resolves to the copy's `dist`, everything else to the packages installed here.
 */
export async function copyTree(folder: string): Promise<void> {
  await copySources(folder);
  await cp(join(root, 'dist'), join(folder, 'dist'), { recursive: true });
  await cp(join(root, 'eslint-plugin/dist'), join(folder, 'eslint-plugin/dist'), { recursive: true });
  await linkModules(folder);
}

/** Links to the installed packages, one by one: the linter among them is the copy's own. */
async function linkModules(folder: string): Promise<void> {
  const own = 'eslint-plugin-longhaul';
  const modules = join(folder, 'node_modules');
  await mkdir(modules);
  const names = (await readdir(join(root, 'node_modules'))).filter((name) => name !== own);
  await Promise.all(names.map((name) => symlink(join(root, 'node_modules', name), join(modules, name))));
  await symlink('../eslint-plugin', join(modules, own));
}

/** Copies the sources, as git knows them, into an empty folder. */
export async function copySources(folder: string): Promise<void> {
  // With what is new and not yet committed, so that a test can be tried before it is.
  const list = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
  const { stdout } = await run('git', list, { cwd: root, maxBuffer: 64 * 1024 * 1024 });
  const files = [...new Set(stdout.split('\0').filter(Boolean))];
  for (const parent of new Set(files.map(dirname))) await mkdir(join(folder, parent), { recursive: true });
  await Promise.all(files.map((file) => copyFile(join(root, file), join(folder, file)).catch(unlessDeleted)));
}

/**
 * Applies a unified diff to a copied tree.
 *
 * @returns the files that it changes, relative to the tree.
 * @throws PatchError when it does not fit.
 */
export async function applyPatch(folder: string, patch: string): Promise<string[]> {
  const changed = [...(await readFile(patch, 'utf8')).matchAll(/^\+\+\+ b\/(.+)$/gm)].map(([, file = '']) => file);
  try {
    // The ceiling keeps git from taking a repository around the copy for the copy's own.
    const env = { ...process.env, GIT_CEILING_DIRECTORIES: dirname(folder) };
    await run('git', ['apply', '--whitespace=nowarn', patch], { cwd: folder, env });
  } catch (error) {
    const { stderr = '' } = error as { stderr?: string };
    const why = stderr
      .replace(/^error: /gm, '')
      .trim()
      .split('\n')
      .join('; ');
    throw new PatchError(`it does not apply: ${why}; make it anew from today's sources`, { cause: error });
  }
  return changed;
}

function unlessDeleted(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}
