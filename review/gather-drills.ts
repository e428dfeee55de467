import { relative } from 'node:path';
import type { DrillReport } from '../testing/drill/drill-report';
import { readDrillRecords } from '../testing/drill/drill-record';

export interface DrillEvidence {
  file: string;
  report: DrillReport;
}

/** Reads what `longhaul drill` measured, oldest first. */
export async function gatherDrills(folders: readonly string[], cwd: string): Promise<DrillEvidence[]> {
  const records = (await Promise.all(folders.map((folder) => readDrillRecords(folder)))).flat();
  return records
    .map(({ file, report }) => ({ file: relative(cwd, file), report }))
    .sort((a, b) => (a.report.at < b.report.at ? -1 : 1));
}
