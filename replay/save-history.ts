import { createHash } from 'node:crypto';
import { link, readFile, rename, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { History } from '@temporalio/common/lib/proto-utils';
import { makeFolder } from '../config/make-folder';
import { describeHistory } from './describe-history';
import { changeManifest, type ManifestEntry } from './manifest';
import { encodeHistory } from './proto';
import { endOf, patchesOf } from './record/features';

export interface SaveHistoryOptions {
  history: History;
  workflowId: string;
  /** @default the run id in the history's first event */
  runId?: string;
  /** What happens in it, in a few words; becomes part of the file's name. */
  what: string;
  /** @default 'server' */
  source?: ManifestEntry['source'];
  /** The version of the code that was recorded. @default the build id of the newest worker in the history */
  codeVersion?: string;
  /** @default now */
  recordedAt?: Date;
  /** More of the manifest's entry. */
  about?: Pick<ManifestEntry, 'payloads' | 'kept' | 'chain' | 'code' | 'namespace'>;
}

/** Another history is already saved under that name. */
export class HistoryExistsError extends Error {
  override readonly name = 'HistoryExistsError';

  constructor(
    message: string,
    /** Its name in the folder. */
    readonly file: string,
  ) {
    super(message);
  }
}

/**
 * Saves a history as `<workflow>-<what>-sdk<version>.bin.gz` with its entry in `manifest.json`. Saved histories are
 * evidence of what production did, so one is never overwritten with other content.
 *
 * Processes that save to one folder at the same time wait for each other.
 *
 * @returns The path of the file.
 * @throws HistoryExistsError if a different history has that name.
 */
export async function saveHistory(folder: string, options: SaveHistoryOptions): Promise<string> {
  const { history, workflowId, runId, what, source = 'server', recordedAt = new Date(), about } = options;
  const { sdk, spanMs, taskQueue, workflowType, ...own } = describeHistory(history);
  const { codeVersion = own.codeVersion } = options;
  const version = /[\d.]+\S*$/.exec(sdk)?.[0] ?? 'unknown';
  const file = `${kebab(workflowType)}-${kebab(what)}-sdk${version}.bin.gz`;
  const path = join(folder, file);
  const encoded = encodeHistory(history);
  await makeFolder(folder);
  return changeManifest(folder, async (manifest, write) => {
    const existing = await readFile(path).catch(() => undefined);
    const same = existing && unzipped(existing)?.equals(encoded);
    if (existing && !same) {
      throw new HistoryExistsError(
        `${path} holds another history: save this one under other words than "${what}".`,
        file,
      );
    }
    if (existing && manifest.histories[file]) return path;
    const content = existing ?? gzipSync(encoded, { level: 9 });
    manifest.histories[file] = {
      workflowId,
      runId: runId ?? own.runId,
      workflowType,
      taskQueue,
      spanMs,
      sdk,
      codeVersion,
      recordedAt: recordedAt.toISOString(),
      source,
      sha256: createHash('sha256').update(content).digest('hex'),
      ...about,
      events: history.events?.length ?? 0,
      end: endOf(history),
      patches: patchesOf(history),
    };
    // The entry first: without it a file would be taken for another history, and one that is not redacted.
    await write();
    if (!existing) await writeWhole(path, content);
    return path;
  });
}

/** Undefined where it is damaged: then it is another history than any. */
function unzipped(content: Uint8Array): Buffer | undefined {
  try {
    return gunzipSync(content);
  } catch {
    return undefined;
  }
}

/** Writes a file so that it is there whole or not at all, and never over another. */
async function writeWhole(path: string, content: Uint8Array): Promise<void> {
  const draft = `${path}.${process.pid}.tmp`;
  await writeFile(draft, content);
  try {
    await link(draft, path);
  } catch (error) {
    // File systems of Windows, of phones and of some containers have no links. Nobody else writes here meanwhile.
    if (!withoutLinks.has((error as NodeJS.ErrnoException).code ?? '')) throw error;
    await rename(draft, path);
    return;
  } finally {
    await unlink(draft).catch(() => undefined);
  }
}

const withoutLinks = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EINVAL']);

function kebab(words: string): string {
  return words
    .replace(/([a-z\d])([A-Z])/g, '$1-$2')
    .replace(/[^a-zA-Z\d]+/g, '-')
    .replace(/^-|-$/g, '')
    .toLowerCase();
}
