import type { DuplicateTotals } from './duplicates';
import type { PackageProblem, PackageTotal } from './packages';
import type { ProblemReason, StoreRecord } from './records';

export interface TypeTotal {
  type: string;
  files: number;
  bytes: number;
}

export interface NamedProblem {
  path: string;
  detail: string;
}

/** What `summary.json` holds. */
export interface Report {
  /** Regular files that were read. */
  files: number;

  bytes: number;
  symlinks: number;

  /** Sockets, fifos and devices. */
  others: number;

  /** The largest first. */
  types: TypeTotal[];

  problems: Record<ProblemReason, NamedProblem[]>;
  duplicates: DuplicateTotals;

  /** The largest first. */
  packages: PackageTotal[];

  packageProblems: PackageProblem[];
}

/** Adds up what needs no second look at the tree. */
export class Totals {
  readonly #types = new Map<string, TypeTotal>();
  readonly #counts = { files: 0, bytes: 0, symlinks: 0, others: 0 };
  readonly #problems: Report['problems'] = { changed: [], vanished: [], unreadable: [] };

  add(record: StoreRecord): void {
    if (record.kind === 'problem') {
      this.#problems[record.reason].push({ path: record.path, detail: record.detail });
      return;
    }
    const bytes = record.kind === 'file' ? record.size : 0;
    const total = this.#types.get(record.type) ?? { type: record.type, files: 0, bytes: 0 };
    this.#types.set(record.type, total);
    total.files += 1;
    total.bytes += bytes;
    this.#counts.bytes += bytes;
    this.#counts[({ file: 'files', symlink: 'symlinks', other: 'others' } as const)[record.kind]] += 1;
  }

  totals(): Pick<Report, 'files' | 'bytes' | 'symlinks' | 'others' | 'types' | 'problems'> {
    return { ...this.#counts, types: [...this.#types.values()].sort(largestFirst), problems: this.#problems };
  }
}

/** Orders by bytes and then by files, for `sort`. */
export function largestFirst(a: { bytes: number; files: number }, b: { bytes: number; files: number }): number {
  return b.bytes - a.bytes || b.files - a.files;
}
