import { stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { AcceptedDrift } from '../replay';
import { existing } from './existing';
import type { Io } from './io';

const usual = 'accepted-drift.json';

export interface DriftFiles {
  /** What all the files accept. */
  accepted: AcceptedDrift[];
  /** Where to add to. */
  file: string;
  /** What that file accepts already. */
  inFile: AcceptedDrift[];
}

/** The accepted drift that an option names, or else that lies beside the histories: in each folder of theirs. */
export async function driftFiles(
  { file, paths, toWrite }: { file: string | undefined; paths: readonly string[]; toWrite: boolean },
  io: Pick<Io, 'cwd'>,
): Promise<DriftFiles> {
  const { readAcceptedDrift } = await import('../replay/index.js');
  // One that is to be written may be new.
  const named = toWrite && file !== undefined ? resolve(io.cwd, file) : await existing(io, '--accepted-drift', file);
  const folders = [...new Set(await Promise.all(paths.map(folderOf)))];
  const files = named === undefined ? folders.map((folder) => join(folder, usual)) : [named];
  const read = await Promise.all(files.map((path) => readAcceptedDrift(path)));
  return { accepted: read.flat(), file: files[0] ?? resolve(io.cwd, usual), inFile: read[0] ?? [] };
}

async function folderOf(path: string): Promise<string> {
  const found = await stat(path).catch(() => undefined);
  return found && !found.isDirectory() ? dirname(path) : path;
}
