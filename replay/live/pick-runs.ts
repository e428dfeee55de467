/** A row of a listing. */
export interface OpenRun {
  workflowId: string;
  runId: string;
  workflowType: string;
  /** Seconds since the epoch. */
  startedAt: number;
}

/**
 * At most `limit` of `runs`, in turn from each workflow type, the oldest first: old runs began on old code, so that they are
 * the first to break.
 */
export function pickRuns(runs: readonly OpenRun[], limit: number): OpenRun[] {
  if (runs.length <= limit) return [...runs];
  const byType = new Map<string, OpenRun[]>();
  for (const run of [...runs].sort((a, b) => a.startedAt - b.startedAt)) {
    const ofType = byType.get(run.workflowType);
    if (ofType) ofType.push(run);
    else byType.set(run.workflowType, [run]);
  }
  const picked: OpenRun[] = [];
  for (let turn = 0; picked.length < limit; turn += 1) {
    for (const ofType of byType.values()) {
      const run = ofType[turn];
      if (run && picked.length < limit) picked.push(run);
    }
  }
  return picked;
}
