import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { History } from '@temporalio/common/lib/proto-utils';
import { describeHistory, type HistoryDescription } from './describe-history';
import { InvalidHistoryError } from './invalid-history-error';
import { type Manifest, readManifest } from './manifest';
import { pageAlone, payloadsApproximated } from './json/history-from-json';
import { historyFile, largestFile, parseHistory } from './parse-history';
import { encodeHistory } from './proto';
import { validateHistory } from './validate-history';

/** A history ready to be replayed, or the reason why it can't be. */
export interface LoadedHistory extends HistoryDescription {
  /** Path as it was given, or a name. */
  file: string;
  /** The history in protobuf's binary form; absent if it can't be replayed. */
  encoded?: Uint8Array;
  /** Users' values in it are tokens. */
  redacted?: boolean;
  /** Of a redacted history: places at which code makes of tokens what the history does not say, as its recording found. */
  derived?: readonly string[];
  /** Where it was recorded, if its manifest says so. */
  namespace?: string;
  /** When it was saved, ISO 8601, if its manifest says so. */
  recordedAt?: string;
  /** Hash of the code that it was recorded with, or replayed with while it was recorded. */
  code?: string;
  /** What was made good when it was read, and what that costs. */
  notes?: string[];
  /** Why it can't be replayed: `invalid` is a malformed file, `skipped` a sound one that holds nothing to replay. */
  problem?: { status: 'invalid' | 'skipped'; message: string };
}

export interface LoadHistoriesOptions {
  /** Workflow id of histories that tell none themselves. @default the file's name without its endings */
  workflowId?: string;
}

/** A path that leads to no history. Its message is one sentence, to be shown as it is. */
export class HistoryPathError extends Error {
  override readonly name = 'HistoryPathError';
}

/**
 * Loads histories from files and folders. A folder is read without its subfolders, since those may belong to other
 * workflows: name them too. A malformed file doesn't stop the others; it comes back with a `problem`.
 *
 * @throws HistoryPathError if a path doesn't exist, has an unknown ending, or is a folder with no history in it.
 * @throws ManifestError if a `manifest.json` can't be read.
 */
export async function loadHistories(
  paths: readonly string[],
  options: LoadHistoriesOptions = {},
): Promise<LoadedHistory[]> {
  const files = [...new Set((await Promise.all(paths.map(historyFilesAt))).flat())];
  const manifests = new Map<string, Manifest | undefined>();
  const loaded: LoadedHistory[] = [];
  for (const file of files) {
    const folder = dirname(file);
    if (!manifests.has(folder)) manifests.set(folder, await readManifest(folder));
    loaded.push(loadHistory(file, await contentOf(file), manifests.get(folder), options));
  }
  return loaded;
}

/** Takes a history that is already in memory, such as `await handle.fetchHistory()`, whose workflow id only its caller knows. */
export function fromHistory(
  history: History,
  of: { workflowId: string; runId?: string; name?: string },
): LoadedHistory {
  const { workflowId, runId, name = `${workflowId}/${runId ?? ''}` } = of;
  return finish(name, history, { workflowId, ...(runId !== undefined && { runId }) });
}

/** What a folder holds beside histories. */
const besides = new Set(['manifest.json', 'accepted-drift.json']);

async function historyFilesAt(path: string): Promise<string[]> {
  const found = await stat(path).catch((error: unknown) => {
    throw new HistoryPathError(`${path} ${whyNot(error)}.`);
  });
  if (!found.isDirectory()) {
    if (historyFile.test(path)) return [path];
    throw new HistoryPathError(
      `${path} is not a history: its name must end in .bin, .json or .jsonl, or one of these with .gz.`,
    );
  }
  const names = await readdir(path).catch((error: unknown) => {
    throw new HistoryPathError(`${path} ${whyNot(error)}.`);
  });
  const files = names.filter((name) => historyFile.test(name) && !besides.has(name)).sort();
  if (files.length === 0)
    throw new HistoryPathError(`${path} holds no history (.bin, .json or .jsonl, or one of these with .gz).`);
  return files.map((name) => join(path, name));
}

/** The content of a file, or why it has none: one bad file must not stop the others. */
async function contentOf(file: string): Promise<Uint8Array | InvalidHistoryError> {
  try {
    const found = await stat(file);
    if (!found.isFile()) return new InvalidHistoryError('It is not a file.'); // reading a pipe would never end
    if (found.size > largestFile) {
      return new InvalidHistoryError(`It has ${Math.round(found.size / 1e6)} MB, which no history has.`);
    }
    return await readFile(file);
  } catch (error) {
    return new InvalidHistoryError(`It ${whyNot(error)}.`);
  }
}

function whyNot(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  switch (code) {
    case 'ENOENT':
      return 'does not exist';
    case 'EACCES':
    case 'EPERM':
      return `can't be read: no permission (${code})`;
    case 'ELOOP':
      return "can't be read: its links lead in a circle (ELOOP)";
    default:
      return `can't be read: ${message}`;
  }
}

function loadHistory(
  file: string,
  content: Uint8Array | InvalidHistoryError,
  manifest: Manifest | undefined,
  options: LoadHistoriesOptions,
): LoadedHistory {
  const entry = manifest?.histories[basename(file)];
  try {
    if (content instanceof InvalidHistoryError) throw content;
    if (entry?.sha256 && entry.sha256 !== createHash('sha256').update(content).digest('hex')) {
      throw new InvalidHistoryError('It was changed after it was saved: its sha256 is not that of the manifest.');
    }
    const { history, payloadsApproximated: approximated, isPage, ...wrapper } = parseHistory(file, content);
    const notes = [...(approximated ? [payloadsApproximated] : []), ...(isPage ? [pageAlone] : [])];
    const told = { ...wrapper, ...nonEmpty({ workflowId: entry?.workflowId, runId: entry?.runId }) };
    const loaded = finish(file, history, told, options.workflowId ?? basename(file).replace(historyFile, ''));
    return {
      ...loaded,
      ...nonEmpty({
        recordedAt: entry?.recordedAt,
        code: entry?.code,
        namespace: entry?.namespace,
      }),
      ...(entry?.payloads === 'redacted' && { redacted: true }),
      ...(entry?.kept?.derived && { derived: entry.kept.derived }),
      ...(notes.length > 0 && { notes }),
    };
  } catch (error) {
    if (!(error instanceof InvalidHistoryError)) throw error;
    const description = {
      ...describeHistory({}),
      ...nonEmpty({ workflowType: entry?.workflowType, workflowId: entry?.workflowId }),
    };
    return { file, ...description, problem: { status: 'invalid', message: error.message } };
  }
}

function finish(
  file: string,
  history: History,
  told: { workflowId?: string; runId?: string },
  fallbackId = '',
): LoadedHistory {
  const own = describeHistory(history);
  const description = { ...own, workflowId: own.workflowId || fallbackId, ...told };
  try {
    const reason = validateHistory(history);
    if (reason !== undefined) return { file, ...description, problem: { status: 'skipped', message: reason } };
    return { file, ...description, encoded: encodeHistory(history) };
  } catch (error) {
    if (!(error instanceof InvalidHistoryError)) throw error;
    return { file, ...description, problem: { status: 'invalid', message: error.message } };
  }
}

function nonEmpty<T extends Record<string, string | undefined>>(fields: T): { [K in keyof T]?: string } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value)) as { [K in keyof T]?: string };
}
