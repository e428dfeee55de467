import { mkdtemp, realpath } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { checkFolder, checkOutside } from './files/check-folder';

export const usage = `Usage: npm start [-- [--keep] [FOLDER]]

Makes an inventory of FOLDER (default: node_modules) while its workers are killed, and compares it with a plain walk.

  --keep     keep the server and its Web UI up afterwards, until Ctrl-C
  --help     this text`;

export interface StartOptions {
  root: string;
  store: string;
  keep: boolean;
}

/** What is wrong with how the program was called, in one sentence. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/**
 * @returns undefined when only help was asked for.
 * @throws UsageError or FolderError, each with one clear sentence.
 */
export async function readOptions(argv: readonly string[]): Promise<StartOptions | undefined> {
  const { values, positionals } = parse(argv);
  if (values.help) return undefined;
  if (positionals.length > 1) {
    throw new UsageError(`Give one folder; got ${positionals.length}: ${positionals.join(', ')}`);
  }
  const root = await checkFolder(positionals[0] ?? 'node_modules');
  const store = await realpath(await mkdtemp(join(tmpdir(), 'longhaul-inventory-')));
  await checkOutside(root, store);
  return { root, store, keep: values.keep ?? false };
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: { help: { type: 'boolean' }, keep: { type: 'boolean' } },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error));
  }
}
