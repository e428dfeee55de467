/** What the fall-back check tells of a child; `childOutcomes` of `longhaul/activities` makes them. */
export interface ChildOutcome {
  workflowId: string;
  outcome: 'running' | 'succeeded' | 'failed';
  result?: unknown;
  error?: string;
}
