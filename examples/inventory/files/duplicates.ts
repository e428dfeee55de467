import type { StoreRecord } from './records';

const topGroups = 10;
const pathsPerGroup = 100;

/** Files with the same content. */
export interface DuplicateGroup {
  sha256: string;

  /** In bytes, of one of them. */
  size: number;

  files: number;

  /** What keeping one copy would save; hard links to one file take its space once. */
  wastedBytes: number;

  /** The first of them. */
  paths: string[];
}

export interface DuplicateTotals {
  groups: number;

  /** How many files are in a group, the originals included. */
  files: number;

  wastedBytes: number;

  /** The groups that waste most. */
  top: DuplicateGroup[];
}

/** Finds duplicates in two goes, so that paths are held for repeated contents only: `add` all, then `collect` all. */
export class Duplicates {
  readonly #counts = new Map<string, number>();
  readonly #groups = new Map<string, DuplicateGroup & { inodes: Set<string> }>();

  /** Counts the record's content. Empty files aren't duplicates of each other. */
  add(record: StoreRecord): void {
    if (record.kind !== 'file' || record.size === 0) return;
    this.#counts.set(record.sha256, (this.#counts.get(record.sha256) ?? 0) + 1);
  }

  /** Takes the record's path when its content was counted more than once. */
  collect(record: StoreRecord): void {
    if (record.kind !== 'file' || (this.#counts.get(record.sha256) ?? 0) < 2) return;
    const { sha256, size, path, inode } = record;
    const group = this.#groups.get(sha256) ?? { sha256, size, files: 0, wastedBytes: 0, paths: [], inodes: new Set() };
    this.#groups.set(sha256, group);
    group.files += 1;
    group.inodes.add(inode);
    group.wastedBytes = (group.inodes.size - 1) * size;
    if (group.paths.length < pathsPerGroup) group.paths.push(path);
  }

  totals(): DuplicateTotals {
    const groups = [...this.#groups.values()].sort((a, b) => b.wastedBytes - a.wastedBytes || b.files - a.files);
    return {
      groups: groups.length,
      files: groups.reduce((sum, { files }) => sum + files, 0),
      wastedBytes: groups.reduce((sum, { wastedBytes }) => sum + wastedBytes, 0),
      top: groups.slice(0, topGroups).map(({ inodes: _, ...group }) => group),
    };
  }
}
