import { CancellationScope } from '@temporalio/workflow';
import { workflowNow } from './workflow-now';

/** Something that a workflow waits for. */
export interface Wait {
  kind: 'inbox' | 'waitFor' | 'withTimeout' | 'firstOf' | 'step' | 'cleanUp' | 'deadline';
  /** The inbox, step, branches or condition, in the words of the code. */
  what: string;
  /** Since when, in milliseconds since the epoch. */
  since: number;
  /** When it will have waited long enough, in milliseconds since the epoch; absent where it may wait for ever. */
  until?: number;
}

// A module may be shared by all workflows of a worker; a root scope belongs to one.
const byWorkflow = new WeakMap<CancellationScope, Set<Wait>>();

/**
 * Notes what the current workflow waits for, until the returned function is called. It is shown by `longhaul.status`.
 *
 * Synchronous, and records nothing.
 */
export function waitingOn(wait: Omit<Wait, 'since'>): () => void {
  const waits = waitsOf(CancellationScope.current());
  const noted = { ...wait, since: workflowNow() };
  waits.add(noted);
  return () => waits.delete(noted);
}

/** What the workflow that this scope belongs to waits for now, oldest first. */
export function waitsOf(scope: CancellationScope): Set<Wait> {
  const root = rootOf(scope);
  const known = byWorkflow.get(root);
  if (known) return known;
  const waits = new Set<Wait>();
  byWorkflow.set(root, waits);
  return waits;
}

function rootOf(scope: CancellationScope): CancellationScope {
  let root = scope;
  while (root.parent) root = root.parent;
  return root;
}
