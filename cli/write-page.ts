import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Io } from './io';
import { UsageError } from './parse';

/** Writes the page that `--html FILE` asks for. */
export async function writePage(io: Pick<Io, 'cwd' | 'err'>, command: string, file: string, page: string) {
  await writeFile(resolve(io.cwd, file), page).catch((error: unknown) => {
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? 'its folder does not exist' : code === 'EISDIR' ? 'it is a folder' : code;
    throw new UsageError(`--html: ${file} can't be written: ${why}.`, { cause: error });
  });
  io.err(`longhaul ${command}: wrote ${file}`);
}
