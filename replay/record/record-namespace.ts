import type { Connection } from '@temporalio/client';
import { chooseRuns } from './choose';
import { featuresOf } from './features';
import { fetchChain } from './fetch-history';
import { type ListedRun, listRuns } from './listing';
import type { RecordedRun, Recorder } from './recorder';

export interface RecordNamespaceOptions {
  service: Pick<Connection['workflowService'], 'listWorkflowExecutions' | 'getWorkflowExecutionHistory'>;
  namespace: string;
  recorder: Recorder;
  /** A visibility query. @default '' for all */
  query?: string;
  /** Histories to record at most. @default 100 */
  quota?: number;
  /** Runs to list at most, of the open ones and of the others each. @default 10_000 */
  scan?: number;
  /** A workflow type is done when as many runs in a row show nothing new. @default 10 */
  patience?: number;
  /** For the choice among runs of one shape. @default 1 */
  seed?: number;
  now?: number;
  signal?: AbortSignal;
  onRun?: (run: RecordedRun) => void;
}

export interface RecordedNamespace {
  runs: RecordedRun[];
  /** Runs that visibility listed. */
  listed: number;
  /** Why it ended. */
  stopped: 'all' | 'quota' | 'nothing new' | 'interrupted';
  /** Run ids of chains whose history is past its retention. */
  missing: string[];
}

/**
 * Records histories of a namespace, chosen by their shape: one of each type, status, patch set, version, length and age first, the
 * oldest open run and the longest of each type always, and each with all runs of its chain.
 */
export async function recordNamespace(options: RecordNamespaceOptions): Promise<RecordedNamespace> {
  const { service, namespace, recorder, query = '', quota = 100, scan = 10_000, patience = 10 } = options;
  const { seed = 1, now = Date.now(), signal, onRun } = options;
  const given = query === '' ? '' : `(${query}) AND `;
  const list = (status: string) => listRuns(service, { namespace, query: `${given}${status}`, most: scan });
  const listed = [...(await list("ExecutionStatus = 'Running'")), ...(await list("ExecutionStatus != 'Running'"))];
  const result: RecordedNamespace = { runs: [], listed: listed.length, stopped: 'all', missing: [] };

  const seenRuns = new Set<string>();
  const seenFeatures = new Set<string>();
  const idle = new Map<string, number>();
  const always = new Set(listedAlways(listed));
  let written = 0;
  for (const { workflowId, runId, workflowType } of chooseRuns(listed, { seed, now })) {
    if (signal?.aborted) return { ...result, stopped: 'interrupted' };
    if (written >= quota) return { ...result, stopped: 'quota' };
    if (seenRuns.has(runId)) continue;
    if ((idle.get(workflowType) ?? 0) >= patience && !always.has(runId)) continue;
    const { runs, missing } = await fetchChain(service, namespace, { workflowId, runId, most: 500 });
    result.missing.push(...missing);
    let isNew = false;
    for (const [index, run] of runs.entries()) {
      if (seenRuns.has(run.runId)) continue;
      seenRuns.add(run.runId);
      const features = [...featuresOf(run.history)].filter((feature) => !seenFeatures.has(feature));
      features.forEach((feature) => seenFeatures.add(feature));
      isNew ||= features.length > 0;
      // A chain is whole or worthless; of a workflow of one run, one that shows nothing new is not needed.
      if (features.length === 0 && runs.length === 1 && !always.has(runId)) continue;
      signal?.throwIfAborted();
      const recorded = await recorder.record(run, index + 1);
      if (recorded.status === 'recorded') written += 1;
      result.runs.push(recorded);
      onRun?.(recorded);
    }
    idle.set(workflowType, isNew ? 0 : (idle.get(workflowType) ?? 0) + 1);
  }
  const types = new Set(listed.map(({ workflowType }) => workflowType));
  const done = types.size > 0 && [...types].every((type) => (idle.get(type) ?? 0) >= patience);
  return { ...result, stopped: done ? 'nothing new' : 'all' };
}

/** Open runs, and of each type the longest. */
function listedAlways(runs: readonly ListedRun[]): string[] {
  const longest = new Map<string, ListedRun>();
  for (const run of runs) {
    if ((longest.get(run.workflowType)?.length ?? -1) < run.length) longest.set(run.workflowType, run);
  }
  return [...runs.filter(({ status }) => status === 'running'), ...longest.values()].map(({ runId }) => runId);
}
