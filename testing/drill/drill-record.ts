import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder } from '../../config/make-folder';
import type { DrillReport } from './drill-report';

/** Where `longhaul drill` keeps its records, and `longhaul review` looks for them. */
export const drillFolder = '.longhaul/drills';

/**
 * Keeps what a drill measured, as JSON.
 *
 * @returns the file.
 */
export async function writeDrillRecord(folder: string, report: DrillReport): Promise<string> {
  const { workflowType, activityType, how, at } = report;
  const name = [workflowType, activityType, how, at.replace(/[:.]/g, '-')].map((part) => part.replace(/[^\w-]+/g, '_'));
  const file = join(folder, `${name.join('-')}.json`);
  await makeFolder(folder);
  await writeFile(file, `${JSON.stringify(report, null, 2)}\n`);
  return file;
}

/** Reads the records of a folder, oldest first; none where there is no folder. What is no record is left out. */
export async function readDrillRecords(folder: string): Promise<{ file: string; report: DrillReport }[]> {
  const names = await readdir(folder).catch(() => []);
  const records: { file: string; report: DrillReport }[] = [];
  for (const name of names.filter((one) => one.endsWith('.json'))) {
    const file = join(folder, name);
    const report = parsed(await readFile(file, 'utf8').catch(() => ''));
    if (report) records.push({ file, report });
  }
  return records.sort((a, b) => (a.report.at < b.report.at ? -1 : 1));
}

function parsed(text: string): DrillReport | undefined {
  try {
    const report = JSON.parse(text) as Partial<DrillReport>;
    const isWhole =
      Array.isArray(report.tries) &&
      Array.isArray(report.findings) &&
      !!report.timeouts &&
      typeof report.at === 'string';
    return report.schema === 'longhaul.drill/1' && isWhole ? (report as DrillReport) : undefined;
  } catch {
    return undefined;
  }
}
