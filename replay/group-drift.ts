import type { DriftEntry, HistoryResult } from './report';

/** Drift of many histories for one and the same cause. */
export interface DriftGroup {
  workflowType: string;
  /** Of the first of them. */
  entry: DriftEntry;
  files: string[];
}

/** Drift that nobody has accepted, one entry for each line of code and field. */
export function groupDrift(results: readonly HistoryResult[]): DriftGroup[] {
  const groups = new Map<string, DriftGroup>();
  for (const { file, workflowType, drift } of results) {
    for (const entry of drift) {
      if (entry.accepted) continue;
      const cause = JSON.stringify([workflowType, entry.command, entry.path, entry.location, entry.ofItself]);
      const known = groups.get(cause);
      if (!known) groups.set(cause, { workflowType, entry, files: [file] });
      else if (!known.files.includes(file)) known.files.push(file);
    }
  }
  return [...groups.values()];
}
