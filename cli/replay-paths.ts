import type { ReplayReport, SourceLocation } from '../replay';

/** A report whose places in the source are relative, for logs, artifacts and annotations. */
export function withRelativePaths(report: ReplayReport, shown: (path: string) => string): ReplayReport {
  return mapLocations(report, shown) as ReplayReport;
}

function mapLocations(value: unknown, shown: (path: string) => string): unknown {
  if (Array.isArray(value)) return value.map((item) => mapLocations(item, shown));
  if (typeof value !== 'object' || value === null) return value;
  const mapped = Object.fromEntries(Object.entries(value).map(([key, item]) => [key, mapLocations(item, shown)]));
  const { file, line, missing } = mapped as Partial<SourceLocation> & { missing?: unknown };
  const isPlace = typeof file === 'string' && (line !== undefined || missing !== undefined);
  return isPlace ? { ...mapped, file: shown(file) } : mapped;
}
