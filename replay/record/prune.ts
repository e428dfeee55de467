import { mkdir, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { History } from '@temporalio/common/lib/proto-utils';
import { InvalidHistoryError } from '../invalid-history-error';
import { changeManifest, type Manifest, type ManifestEntry, readManifest } from '../manifest';
import { parseHistory } from '../parse-history';
import { featuresOf } from './features';

/** A history that is no longer needed, and why. */
export interface RetiredHistory {
  file: string;
  reason: string;
}

export interface PruneOptions {
  /** Only says what it would do. @default false */
  dryRun?: boolean;
  now?: Date;
}

/**
 * Moves histories to `retired/` that show nothing which those that stay do not: a smallest set by greedy choice, over which event
 * follows which. Of each workflow type the longest span and the newest open history stay, and a chain stays whole.
 *
 * Nothing is deleted, and a history without an entry in the manifest is left alone: nobody knows where it came from.
 */
export async function pruneHistories(
  folder: string,
  { dryRun = false, now = new Date() }: PruneOptions = {},
): Promise<RetiredHistory[]> {
  const manifest = await readManifest(folder);
  if (!manifest) return [];
  const groups = await groupsIn(folder, manifest);
  const needed = new Set<string>();
  const seen = new Set<string>();
  const keep = (group: Group): void => {
    needed.add(group.key);
    group.features.forEach((feature) => seen.add(feature));
  };
  groups.filter((group) => group.pinned).forEach(keep);
  const rest = groups.filter((group) => !group.pinned);
  for (;;) {
    const gains = rest
      .filter(({ key }) => !needed.has(key))
      .map((group) => ({ group, gain: [...group.features].filter((feature) => !seen.has(feature)).length }));
    // Of equal ones the smallest.
    const best = gains.sort((a, b) => b.gain - a.gain || a.group.events - b.group.events)[0];
    if (!best || best.gain === 0) break;
    keep(best.group);
  }
  const retired = rest
    .filter(({ key }) => !needed.has(key))
    .flatMap(({ files }) => files.map((file) => ({ file, reason: 'others show all that it shows' })));
  if (!dryRun) for (const one of retired) await retire(folder, one, now);
  return retired;
}

interface Group {
  key: string;
  files: string[];
  features: Set<string>;
  events: number;
  pinned: boolean;
}

/** Histories by chain: each stays or goes whole. */
async function groupsIn(folder: string, { histories }: Manifest): Promise<Group[]> {
  const groups = new Map<string, Group>();
  const pinned = pinnedOf(histories);
  for (const [file, entry] of Object.entries(histories)) {
    const content = await readFile(join(folder, file)).catch(() => undefined);
    const history = content && historyIn(file, content);
    if (!history) continue;
    // An open history is one of its own: a longer one of the same run may take its place.
    const key = entry.end === 'open' ? file : (entry.chain?.firstRunId ?? file);
    const group = groups.get(key) ?? { key, files: [], features: new Set<string>(), events: 0, pinned: false };
    group.files.push(file);
    featuresOf(history).forEach((feature) => group.features.add(feature));
    group.events += history.events?.length ?? 0;
    group.pinned ||= pinned.has(file);
    groups.set(key, group);
  }
  return [...groups.values()];
}

/** Absent where the file is damaged: that is for `longhaul replay` to say. */
function historyIn(file: string, content: Uint8Array): History | undefined {
  try {
    return parseHistory(file, content).history;
  } catch (error) {
    if (error instanceof InvalidHistoryError) return undefined;
    throw error;
  }
}

/** The longest span of each type, since only it shows days, and its newest open history. */
function pinnedOf(histories: Record<string, ManifestEntry>): Set<string> {
  const best = new Map<string, [file: string, value: number]>();
  for (const [file, { workflowType, spanMs, end, recordedAt }] of Object.entries(histories)) {
    const candidates: [string, number][] = [[`${workflowType} span`, spanMs]];
    if (end === 'open') candidates.push([`${workflowType} open`, Date.parse(recordedAt)]);
    for (const [what, value] of candidates) {
      if ((best.get(what)?.[1] ?? -1) < value) best.set(what, [file, value]);
    }
  }
  return new Set([...best.values()].map(([file]) => file));
}

/** The entry goes first to the new manifest and last from the old: at any moment one of them has it. */
async function retire(folder: string, { file, reason }: RetiredHistory, now: Date): Promise<void> {
  const to = join(folder, 'retired');
  await mkdir(to, { recursive: true });
  await changeManifest(folder, async (from, writeFrom) => {
    const entry = from.histories[file];
    const content = await readFile(join(folder, file)).catch(() => undefined);
    if (!entry || !content) return;
    await changeManifest(to, async (into, writeInto) => {
      const name = await freeName(to, file, content);
      into.histories[name] = { ...entry, retired: { at: now.toISOString(), reason } };
      await writeInto();
      await rename(join(folder, file), join(to, name));
    });
    Reflect.deleteProperty(from.histories, file);
    await writeFrom();
  });
}

/** Its own name, unless another history was retired under that, as of a run that was recorded twice. */
async function freeName(folder: string, file: string, content: Uint8Array): Promise<string> {
  for (let nth = 1; ; nth += 1) {
    const name = nth === 1 ? file : file.replace(/(\.\w+(?:\.gz)?)$/, `-${nth}$1`);
    const there = await readFile(join(folder, name)).catch(() => undefined);
    if (!there || there.equals(content)) return name;
  }
}
