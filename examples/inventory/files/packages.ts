import { readPackageFile, type PackageFile } from './package-file';
import type { StoreRecord } from './records';

/** A package of the tree and what belongs to it. */
export interface PackageTotal extends PackageFile {
  /** The folder of its `package.json`, with a `/` at the end unless it is the root (''). */
  folder: string;

  files: number;
  bytes: number;
}

export interface PackageProblem {
  path: string;
  problem: string;
}

/** The packages of a tree: first `add` every record, then `count` every record. */
export class Packages {
  readonly #byFolder = new Map<string, PackageTotal>();

  /** The `package.json` files that can't be made sense of. */
  readonly problems: PackageProblem[] = [];

  constructor(readonly root: string) {}

  /** The packages in the order in which they were added. */
  get totals(): PackageTotal[] {
    return [...this.#byFolder.values()];
  }

  /** Reads the record's file when it is a `package.json`. */
  async add({ kind, path }: StoreRecord): Promise<void> {
    if (kind !== 'file' || !/(^|\/)package\.json$/.test(path)) return;
    const folder = path.slice(0, -'package.json'.length);
    const result = await readPackageFile(this.root, path);
    if (typeof result === 'object') this.#byFolder.set(folder, { folder, ...result, files: 0, bytes: 0 });
    else if (result !== 'no name') this.problems.push({ path, problem: result });
  }

  /** Counts the record's file for its package, which is that of the nearest `package.json` with a name. */
  count(record: StoreRecord): PackageTotal | undefined {
    const found = this.#nearest(record.path);
    if (found && record.kind === 'file') {
      found.files += 1;
      found.bytes += record.size;
    }
    return found;
  }

  #nearest(path: string): PackageTotal | undefined {
    for (let end = path.length; end > 0;) {
      end = path.lastIndexOf('/', end - 2) + 1;
      const found = this.#byFolder.get(path.slice(0, end));
      if (found) return found;
    }
    return undefined;
  }
}
