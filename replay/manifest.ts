import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What is known of one saved history beyond its events. Empty strings stand for what is unknown. */
export interface ManifestEntry {
  workflowId: string;
  runId: string;
  workflowType: string;
  taskQueue: string;
  /** Milliseconds between its first event and its last. */
  spanMs: number;
  /** SDK that recorded it, such as `temporal-typescript 1.24.0`. */
  sdk: string;
  /** Build id of the newest worker in it. */
  codeVersion: string;
  /** When it was saved, ISO 8601. */
  recordedAt: string;
  /** `time-skipping` servers leave some fields out and jump over waiting. */
  source: 'server' | 'time-skipping';
  /** Of the file, in hexadecimal. */
  sha256: string;
  /** Its payloads: `redacted`, as they were (`plain`), or still encoded by the codec of their worker (`opaque`). */
  payloads?: 'redacted' | 'plain' | 'opaque';
  /** What a redaction left: literals of the workflow code, and places whose numbers, dates or ids the replay needs. */
  kept?: {
    literals: string[];
    places: string[];
    /** Places at which the code makes of a token what is none, such as `ActivityTaskScheduled note args[0]`. */
    derived?: string[];
  };
  /** Number of events. */
  events?: number;
  /** How it ended: `completed`, `failed`, `timed-out`, `canceled`, `terminated`, `continued-as-new`; or `open`. */
  end?: string;
  /** Its place in the chain of runs of its workflow, from 1. */
  chain?: { firstRunId: string; run: number };
  /** Ids of the patches that it took. */
  patches?: string[];
  /** SHA-256 of the workflow bundle that played or verified it, without its source map: the same code proves nothing. */
  code?: string;
  /** Why it was retired, in `retired/`. */
  retired?: { at: string; reason: string };
}

/** The `manifest.json` of a folder of histories: an entry for each file name. */
export interface Manifest {
  schema: 'longhaul.histories/1';
  histories: Record<string, ManifestEntry>;
}

/** A `manifest.json` that can't be read. Its message is one sentence, to be shown as it is. */
export class ManifestError extends Error {
  override readonly name = 'ManifestError';
}

/**
 * Reads the manifest of a folder; undefined if it has none.
 *
 * @throws ManifestError if it is not JSON or not a manifest.
 */
export async function readManifest(folder: string): Promise<Manifest | undefined> {
  const path = join(folder, 'manifest.json');
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  let manifest: unknown;
  try {
    manifest = JSON.parse(text);
  } catch (cause) {
    throw new ManifestError(`${path} is not JSON: mend it, or delete it to have it derived from the histories.`, {
      cause,
    });
  }
  if (!isManifest(manifest)) throw new ManifestError(`${path} is not a manifest of schema longhaul.histories/1.`);
  return manifest;
}

/** Writes the manifest of a folder, entries in the order of their names, whole or not at all. */
export async function writeManifest(folder: string, manifest: Manifest): Promise<void> {
  const histories = Object.fromEntries(Object.entries(manifest.histories).sort(([a], [b]) => (a < b ? -1 : 1)));
  const path = join(folder, 'manifest.json');
  const draft = `${path}.${process.pid}.tmp`;
  await writeFile(draft, `${JSON.stringify({ ...manifest, histories }, null, 2)}\n`);
  await rename(draft, path);
}

function isManifest(value: unknown): value is Manifest {
  if (typeof value !== 'object' || value === null) return false;
  const { schema, histories } = value as Partial<Manifest>;
  return schema === 'longhaul.histories/1' && typeof histories === 'object' && !Array.isArray(histories);
}
