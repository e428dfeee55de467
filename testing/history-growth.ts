import { eventKind } from './event-kind';
import type { WorkflowRun } from './workflow-runs';

/** What one item adds to a workflow's history. */
export interface HistoryGrowth {
  events: number;
  /** As the server counts them. */
  bytes: number;
  /** Events of each kind, as `'ActivityTaskScheduled'`; those that items add most of come first. */
  byKind: Readonly<Record<string, number>>;
}

/** The runs of one workflow, with what the server says their histories weigh. */
export interface MeasuredRuns {
  items: number;
  runs: readonly WorkflowRun[];
  bytes: number;
}

/**
 * What an item adds, from a workflow that took few and one that took many: what a workflow records however few it takes cancels
 * out.
 */
export function growthPerItem(few: MeasuredRuns, many: MeasuredRuns): HistoryGrowth {
  const perItem = (more: number, less: number): number => (more - less) / (many.items - few.items);
  const [less, more] = [countKinds(few.runs), countKinds(many.runs)];
  const kinds = [...new Set([...less.keys(), ...more.keys()])]
    .map((kind) => [kind, perItem(more.get(kind) ?? 0, less.get(kind) ?? 0)] as const)
    .filter(([, count]) => count !== 0)
    .sort(([, a], [, b]) => b - a);
  return {
    events: kinds.reduce((sum, [, count]) => sum + count, 0),
    bytes: perItem(many.bytes, few.bytes),
    byKind: Object.fromEntries(kinds),
  };
}

function countKinds(runs: readonly WorkflowRun[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { history } of runs) {
    for (const event of history.events ?? []) {
      const kind = eventKind(event);
      counts.set(kind, (counts.get(kind) ?? 0) + 1);
    }
  }
  return counts;
}
