import { randomUUID } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

const bufferedBytes = 256 * 1024;

/**
 * Writes a file that is visible under its name either whole or not at all, and is on disk when this returns.
 *
 * What a crash leaves is a file whose name starts with a dot and ends in `.tmp`. Each call has its own, so that two attempts
 * at the same file don't mix; the last to finish wins.
 */
export async function writeAtomically(path: string, pieces: Iterable<string> | AsyncIterable<string>): Promise<void> {
  const folder = dirname(path);
  const temporary = join(folder, `.${basename(path)}.${randomUUID()}.tmp`);
  const handle = await open(temporary, 'wx');
  try {
    try {
      for await (const text of joined(pieces)) await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncFolder(folder);
}

/** Joins small pieces, so that a line isn't a write of its own. */
async function* joined(pieces: Iterable<string> | AsyncIterable<string>): AsyncGenerator<string> {
  let text = '';
  for await (const piece of pieces) {
    text += piece;
    if (text.length < bufferedBytes) continue;
    yield text;
    text = '';
  }
  yield text;
}

/** Without this the rename may be lost with the power. Windows can't open a folder. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
