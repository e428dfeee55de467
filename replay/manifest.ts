import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { withLock } from '../config/lock';

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
  /** Where it was recorded, of one that is not redacted: codecs may be bound to it, and code may read it. */
  namespace?: string;
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
 * @throws ManifestError if it can't be read, is not JSON or not a manifest.
 */
export async function readManifest(folder: string): Promise<Manifest | undefined> {
  const path = join(folder, 'manifest.json');
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    throw new ManifestError(`${path} can't be read: ${message.replace(/, .*/, '')}.`, { cause: error });
  }
  let manifest: unknown;
  try {
    manifest = JSON.parse(text.replace(/^\uFEFF/, '')); // as some editors of Windows save it
  } catch (cause) {
    throw new ManifestError(`${path} is not JSON: mend it, or delete it to have it derived from the histories.`, {
      cause,
    });
  }
  if (!isManifest(manifest)) throw new ManifestError(`${path} is not a manifest of schema longhaul.histories/1.`);
  for (const [file, entry] of Object.entries(manifest.histories)) checkEntry(path, file, entry);
  return manifest;
}

/**
 * Reads the manifest of a folder, or begins one, and has it changed; other processes that change it wait meanwhile.
 *
 * @param change Is given the manifest, and what writes it.
 */
export async function changeManifest<T>(
  folder: string,
  change: (manifest: Manifest, write: () => Promise<void>) => Promise<T>,
): Promise<T> {
  return withLock(
    join(folder, 'manifest.json.lock'),
    () => undefined,
    async () => {
      const manifest = (await readManifest(folder)) ?? { schema: 'longhaul.histories/1' as const, histories: {} };
      return change(manifest, () => writeManifest(folder, manifest));
    },
  );
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
  return schema === 'longhaul.histories/1' && isObject(histories);
}

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);

const texts = [
  'workflowId',
  'runId',
  'workflowType',
  'taskQueue',
  'recordedAt',
  'sha256',
  'code',
  'namespace',
] as const;
const counts = ['events', 'spanMs'] as const;

/** What somebody has written by hand must not be found out by what trips over it. */
function checkEntry(path: string, file: string, entry: unknown): void {
  const wrong = (what: string): ManifestError =>
    new ManifestError(`${path}: the entry of ${JSON.stringify(file)} ${what}: mend it, or take it out.`);
  if (!isObject(entry)) throw wrong('is no object');
  const fields = entry as Record<string, unknown>;
  for (const name of texts)
    if (fields[name] !== undefined && typeof fields[name] !== 'string') throw wrong(`has a ${name} that is no text`);
  for (const name of counts)
    if (fields[name] !== undefined && typeof fields[name] !== 'number') throw wrong(`has ${name} that are no number`);
  for (const name of ['kept', 'chain'] as const)
    if (fields[name] !== undefined && !isObject(fields[name])) throw wrong(`has a ${name} that is no object`);
  const { derived } = (fields.kept ?? {}) as { derived?: unknown };
  if (derived !== undefined && !(Array.isArray(derived) && derived.every((place) => typeof place === 'string')))
    throw wrong('has a kept.derived that is no list of texts');
}
