import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';

import { messageOf } from './errors';

const MANIFEST = 'manifest.json';

/** What is kept beside a cached server, to know it again. */
export interface Manifest {
  /** The name and version that the entry was made for. */
  name: string;
  /** How the server was got, for people. */
  source: string;
  files: Record<string, { bytes: number; sha256: string }>;
}

/** Writes the manifest of all files in `folder`. */
export async function seal(folder: string, name: string, source: string): Promise<Manifest> {
  const files: Manifest['files'] = {};
  for (const file of await filesIn(folder)) {
    files[file] = { bytes: (await stat(join(folder, file))).size, sha256: await sha256(join(folder, file)) };
  }
  const manifest: Manifest = { name, source, files };
  await writeFile(join(folder, MANIFEST), `${JSON.stringify(manifest, undefined, 2)}\n`);
  return manifest;
}

/**
 * Checks the entry in `folder` against its manifest, each file by its checksum.
 *
 * @returns the manifest; or in a few words what is wrong; or `undefined` where there is no entry.
 */
export async function check(folder: string, name: string): Promise<Manifest | string | undefined> {
  if (!(await exists(folder))) return undefined;
  const manifest = await readManifest(folder);
  if (typeof manifest === 'string') return manifest;
  if (manifest.name !== name) return `it holds ${manifest.name}, not ${name}`;
  const wanted = Object.entries(manifest.files);
  if (wanted.length === 0) return 'it holds no file';
  for (const [file, { bytes, sha256: sum }] of wanted) {
    const path = join(folder, file);
    if (!(await exists(path))) return `${file} is missing`;
    const { size } = await stat(path);
    if (size !== bytes) return `${file} has ${size} bytes, not ${bytes}`;
    if ((await sha256(path)) !== sum) return `${file} does not have the checksum that it was stored with`;
  }
  return manifest;
}

async function readManifest(folder: string): Promise<Manifest | string> {
  try {
    return JSON.parse(await readFile(join(folder, MANIFEST), 'utf8')) as Manifest;
  } catch (error) {
    return `its manifest can't be read: ${messageOf(error)}`;
  }
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && entry.name !== MANIFEST)
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}

async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash);
  return hash.digest('hex');
}

async function exists(path: string): Promise<boolean> {
  return await stat(path).then(
    () => true,
    () => false,
  );
}
