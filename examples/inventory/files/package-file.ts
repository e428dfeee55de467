import { absolutePath, openForReading, problemOf } from './file-system';

/** More than any real `package.json` has; a larger one isn't read. */
const maxBytes = 8 * 1024 * 1024;

/** What a `package.json` says of its package. */
export interface PackageFile {
  name: string;
  version: string | null;

  /** An SPDX expression as it stands, or what the older forms name; null when there is none. */
  licence: string | null;
}

/** Why a `package.json` says nothing: `no name` is usual, such as in a folder that only sets the module type. */
export type PackageFileProblem = 'no name' | 'invalid JSON' | 'too large' | 'changed' | 'vanished' | 'unreadable';

/** Reads the `package.json` at `path` (text, relative to `root`). */
export async function readPackageFile(root: string, path: string): Promise<PackageFile | PackageFileProblem> {
  const text = await readText(root, path);
  if (typeof text !== 'string') return text.problem;
  let content: unknown;
  try {
    content = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    return 'invalid JSON';
  }
  if (!isObject(content) || typeof content.name !== 'string' || content.name === '') return 'no name';
  const version = typeof content.version === 'string' ? content.version : null;
  return { name: content.name, version, licence: licenceOf(content.license) ?? licenceOf(content.licenses) };
}

async function readText(root: string, path: string): Promise<string | { problem: PackageFileProblem }> {
  try {
    const handle = await openForReading(absolutePath(root, path));
    try {
      const stats = await handle.stat();
      if (!stats.isFile()) return { problem: 'changed' };
      if (stats.size > maxBytes) return { problem: 'too large' };
      return await handle.readFile('utf8');
    } finally {
      await handle.close();
    }
  } catch (error) {
    return { problem: problemOf(path, error).reason };
  }
}

/** From a string, `{ type }`, or an array of either, as npm allowed in its first years. */
function licenceOf(value: unknown): string | null {
  if (typeof value === 'string') return value.trim() || null;
  if (Array.isArray(value)) {
    const names = value.map(licenceOf).filter((name) => name !== null);
    return names.length > 1 ? `(${names.join(' OR ')})` : (names[0] ?? null);
  }
  return isObject(value) ? licenceOf(value.type ?? value.name) : null;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
