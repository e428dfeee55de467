import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { writeAtomically } from './atomic-file';
import { compactSummary, type CompactSummary } from './compact-summary';
import { Duplicates } from './duplicates';
import { Packages } from './packages';
import { largestFirst, Totals, type Report } from './report';
import type { Store } from './store';

export interface SummariseOptions {
  /** The tree, whose `package.json` files are read once more. */
  root: string;

  store: Store;

  /** Gets `inventory.jsonl`, one line a file in the order of the bytes of the paths, and `summary.json`. */
  outputFolder: string;

  /** Called from time to time with the records done so far; all are gone through twice. */
  onProgress?: ((records: number) => void) | undefined;
}

const progressEvery = 500;

/**
 * Writes the inventory and its summary, and returns what of it fits a workflow result.
 *
 * Safe to repeat: each of the two files is replaced as a whole, the summary last.
 */
export async function summarise(options: SummariseOptions): Promise<CompactSummary> {
  const { root, store, outputFolder } = options;
  await mkdir(outputFolder, { recursive: true });
  const totals = new Totals();
  const duplicates = new Duplicates();
  const packages = new Packages(root);
  const progress = progressOf(options);

  for await (const record of store.records()) {
    totals.add(record);
    duplicates.add(record);
    await packages.add(record);
    progress();
  }

  // A second time through, since the package.json of a file may come after it.
  async function* lines(): AsyncGenerator<string> {
    for await (const record of store.records()) {
      duplicates.collect(record);
      const { name, version } = packages.count(record) ?? { name: null, version: null };
      yield `${JSON.stringify({ ...record, package: name, version })}\n`;
      progress();
    }
  }
  await writeAtomically(join(outputFolder, 'inventory.jsonl'), lines());

  const report: Report = {
    ...totals.totals(),
    duplicates: duplicates.totals(),
    packages: packages.totals.sort(largestFirst),
    packageProblems: packages.problems,
  };
  await writeAtomically(join(outputFolder, 'summary.json'), [JSON.stringify(report, null, 2), '\n']);
  return compactSummary(report);
}

function progressOf({ onProgress }: SummariseOptions): () => void {
  let records = 0;
  return () => {
    records += 1;
    if (records % progressEvery === 0) onProgress?.(records);
  };
}
