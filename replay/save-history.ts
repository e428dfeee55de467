import { createHash } from 'node:crypto';
import { link, readFile, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { History } from '@temporalio/common/lib/proto-utils';
import { makeFolder } from '../config/make-folder';
import { describeHistory } from './describe-history';
import { type ManifestEntry, readManifest, writeManifest } from './manifest';
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
  about?: Pick<ManifestEntry, 'payloads' | 'kept' | 'chain' | 'code'>;
}

/** Another history is already saved under that name. */
export class HistoryExistsError extends Error {
  override readonly name = 'HistoryExistsError';
}

/**
 * Saves a history as `<workflow>-<what>-sdk<version>.bin.gz` with its entry in `manifest.json`. Saved histories are
 * evidence of what production did, so one is never overwritten with other content.
 *
 * Calls for one folder must not overlap: each reads and writes the folder's manifest.
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

  const existing = await readFile(path).catch(() => undefined);
  const same = existing && gunzipSync(existing).equals(encoded);
  if (existing && !same) {
    throw new HistoryExistsError(`${path} holds another history: save this one under other words than "${what}".`);
  }
  const content = existing ?? gzipSync(encoded, { level: 9 });
  const manifest = (await readManifest(folder)) ?? { schema: 'longhaul.histories/1', histories: {} };
  if (existing && manifest.histories[file]) return path;
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
  await writeManifest(folder, manifest);
  if (!existing) await writeWhole(path, content);
  return path;
}

/** Writes a file so that it is there whole or not at all, and never over another. */
async function writeWhole(path: string, content: Uint8Array): Promise<void> {
  const draft = `${path}.${process.pid}.tmp`;
  await writeFile(draft, content);
  try {
    await link(draft, path);
  } finally {
    await unlink(draft);
  }
}

function kebab(words: string): string {
  return words
    .replace(/([a-z\d])([A-Z])/g, '$1-$2')
    .replace(/[^a-zA-Z\d]+/g, '-')
    .replace(/^-|-$/g, '')
    .toLowerCase();
}
