import { access } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Io } from './io';
import { UsageError } from './parse';

/** The absolute path of a file that an option names. */
export async function existing(
  io: Pick<Io, 'cwd'>,
  option: string,
  file: string | undefined,
): Promise<string | undefined> {
  if (file === undefined) return undefined;
  const path = resolve(io.cwd, file);
  await access(path).catch(() => {
    throw new UsageError(`${option}: ${file} does not exist.`);
  });
  return path;
}
