import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { packageFolders, readManifest } from '../support/manifest';
import type { Manifest } from '../support/manifest';
import { mustRun } from '../support/run-command';

export interface PackedFile {
  /** From the package's root, with `/`. */
  path: string;
  text: string;
  /** In bytes. */
  size: number;
}

export interface Tarball {
  manifest: Manifest;
  /** The folder that it was packed from. */
  folder: string;
  /** The `.tgz`. */
  file: string;
  files: readonly PackedFile[];
}

/** Packs the packages of the repository at `root` into the folder `out`, as npm would publish them, and reads them again. */
export async function packAll(root: string, out: string): Promise<Tarball[]> {
  await rm(out, { recursive: true, force: true });
  await mkdir(out, { recursive: true });
  const tarballs: Tarball[] = [];
  for (const folder of packageFolders(root)) tarballs.push(await pack(folder, out));
  return tarballs;
}

async function pack(folder: string, out: string): Promise<Tarball> {
  const manifest = readManifest(folder);
  await mustRun('npm', ['pack', '--loglevel=error', '--pack-destination', out], { cwd: folder });
  const file = join(out, `${manifest.name}-${manifest.version}.tgz`);
  const unpacked = join(out, manifest.name);
  await mkdir(unpacked);
  await mustRun('tar', ['-xzf', file, '-C', unpacked], { cwd: out });
  const files = await readAll(join(unpacked, 'package'));
  await rm(unpacked, { recursive: true });
  return { manifest, folder, file, files };
}

async function readAll(folder: string): Promise<PackedFile[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return Promise.all(
    paths.sort().map(async (path) => {
      const content = await readFile(path);
      const text = content.toString('utf8');
      return { path: relative(folder, path).split(sep).join('/'), text, size: content.length };
    }),
  );
}
