import type { PlainRecord } from './plain-inventory';
import { sameState, type FileState, type StoreRecord } from './records';
import type { Snapshot } from './snapshot';
import type { Store } from './store';

export interface CompareOptions {
  /** The tree before the run. */
  before: Snapshot;

  /** The inventory that is checked. */
  store: Pick<Store, 'records' | 'twice'>;

  /** The tree after the run. */
  plain: ReadonlyMap<string, PlainRecord>;
}

export type MismatchKind = 'missing' | 'extra' | 'twice' | 'hash' | 'size' | 'state';

/** A difference that nothing that happened to the tree explains: the inventory is wrong. */
export interface Mismatch {
  path: string;
  kind: MismatchKind;
  detail: string;
}

export interface Listed {
  path: string;
  reason: string;
}

export interface Comparison {
  /** How many files are the same at all three times, with the same content. */
  same: number;

  /** Written, replaced or made during the run. */
  changed: Listed[];

  vanished: Listed[];
  unreadable: Listed[];

  /** Empty, or the inventory is wrong. */
  mismatches: Mismatch[];
}

/** What is known of one path: undefined where there was nothing. */
interface Sighting {
  path: string;
  takenAt: number;
  before: FileState | undefined;
  wasUnreadable: boolean;
  found: StoreRecord | undefined;
  plain: PlainRecord | undefined;
}

type Verdict = 'same' | { list: 'changed' | 'vanished' | 'unreadable'; reason: string } | Omit<Mismatch, 'path'>;

/**
 * Compares an inventory with a plain walk made after it, and with the tree before it.
 *
 * A file whose size, time of modification or inode isn't the same before the run, at hashing and at the plain walk is one
 * that changed, and is listed. A file that is the same before and after must be in the inventory once, in that state and
 * with that content; when the inventory says that it changed or vanished, that is a mismatch too.
 */
export async function compare({ before, store, plain }: CompareOptions): Promise<Comparison> {
  const result: Comparison = { same: 0, changed: [], vanished: [], unreadable: [], mismatches: [] };
  const seen = new Set<string>();
  const add = (path: string, found?: StoreRecord) => {
    if (seen.has(path)) return;
    seen.add(path);
    const { takenAt, files, unreadable } = before;
    const wasUnreadable = unreadable.has(path);
    const sighting = { path, takenAt, before: files.get(path), wasUnreadable, found, plain: plain.get(path) };
    record(result, path, judge(sighting));
  };
  for await (const found of store.records()) add(found.path, found);
  for (const path of before.files.keys()) add(path);
  for (const path of plain.keys()) add(path);
  for (const { path, pass, times } of await store.twice()) {
    record(result, path, { kind: 'twice', detail: `${times} times in pass ${pass}` });
  }
  return result;
}

function record(result: Comparison, path: string, verdict: Verdict): void {
  if (verdict === 'same') result.same += 1;
  else if ('kind' in verdict) result.mismatches.push({ path, ...verdict });
  else result[verdict.list].push({ path, reason: verdict.reason });
}

function judge(sighting: Sighting): Verdict {
  const { before, found, plain } = sighting;
  if (found?.kind === 'problem') return judgeProblem(sighting, found);
  if (plain?.error !== undefined) return judgeUnreadable(sighting, plain.error);
  if (!found) return judgeAbsent(sighting);
  if (!plain?.state) return judgeGone(sighting, found);
  return judgeStates(found, before, { state: plain.state, content: plain.content });
}

function judgeProblem({ before, plain }: Sighting, { reason, detail }: StoreRecord & { kind: 'problem' }): Verdict {
  if (reason === 'unreadable' && plain?.error !== undefined) return { list: 'unreadable', reason: detail };
  if (before && plain?.state && sameState(before, plain.state)) {
    return { kind: 'missing', detail: `the inventory says ${reason} (${detail}), yet it is the same before and after` };
  }
  return { list: reason, reason: detail };
}

function judgeUnreadable({ before, wasUnreadable, found }: Sighting, error: string): Verdict {
  if (error === 'ENOENT') return { list: 'vanished', reason: 'during the final walk' };
  if (!found && (before ?? wasUnreadable)) {
    return { kind: 'missing', detail: `not in the inventory, yet it was there before and can't be read now: ${error}` };
  }
  return { list: 'unreadable', reason: `at the final walk: ${error}` };
}

function judgeAbsent({ before, plain }: Sighting): Verdict {
  if (!plain?.state) return { list: 'vanished', reason: 'before it was found' };
  if (!before) return { list: 'changed', reason: 'made during the run' };
  if (!sameState(before, plain.state)) return { list: 'changed', reason: 'replaced during the run' };
  return { kind: 'missing', detail: 'not in the inventory, yet it is the same before and after' };
}

function judgeGone({ before, takenAt }: Sighting, found: FileState): Verdict {
  if (before) return { list: 'vanished', reason: 'after it was found' };
  // A file that came and went is no older than the run.
  const isNew = BigInt(found.mtimeNs) / 1_000_000n >= BigInt(takenAt);
  if (isNew) return { list: 'vanished', reason: 'made and removed during the run' };
  return { kind: 'extra', detail: 'in the inventory, yet neither there before nor after' };
}

function judgeStates(
  found: Exclude<StoreRecord, { kind: 'problem' }>,
  before: FileState | undefined,
  plain: { state: FileState; content: string | undefined },
): Verdict {
  const content = contentOf(found);
  if (sameState(found, plain.state) && content !== plain.content) {
    return { kind: 'hash', detail: `${content} in the inventory, ${plain.content ?? 'nothing'} in the plain walk` };
  }
  if (!before) return { list: 'changed', reason: 'made during the run' };
  if (!sameState(before, plain.state)) return { list: 'changed', reason: 'written during the run' };
  if (found.size !== before.size)
    return { kind: 'size', detail: `${found.size} in the inventory, ${before.size} in the tree` };
  if (!sameState(found, before))
    return { kind: 'state', detail: 'another time of modification or inode than in the tree' };
  return 'same';
}

function contentOf(found: Exclude<StoreRecord, { kind: 'problem' }>): string {
  if (found.kind === 'file') return found.sha256;
  return found.kind === 'symlink' ? found.target : '';
}
