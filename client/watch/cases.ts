import type { Finding, WatchCase } from './report';

/** One case for one thing wrong with one chain of runs, or with one task queue. */
export const keyOf = ({ verdict, workflowId, firstRunId, subject }: Finding): string =>
  [verdict, workflowId, firstRunId, subject].map(encodeURIComponent).join('/');

/** What was looked at in a scan, and what was found. */
export interface Looked {
  /** Chains by `workflowId/firstRunId`, with whether they still run. */
  chains: ReadonlyMap<string, 'running' | 'closed'>;
  queues: ReadonlySet<string>;
  findings: readonly Finding[];
}

export interface Compared {
  opened: WatchCase[];
  resolved: { case: WatchCase; how: 'healthy' | 'closed' }[];
  open: WatchCase[];
}

export const chainOf = ({ workflowId, firstRunId }: Pick<Finding, 'workflowId' | 'firstRunId'>): string =>
  `${workflowId}/${firstRunId}`;

/** Compares the open cases with what was found. A case that was not looked at stays as it is. */
export function compare(known: readonly WatchCase[], looked: Looked, at: string): Compared {
  const found = new Map(looked.findings.map((finding) => [keyOf(finding), finding]));
  const resolved: Compared['resolved'] = [];
  const open: WatchCase[] = [];
  for (const one of known) {
    const still = found.get(one.key);
    found.delete(one.key);
    const chain = looked.chains.get(chainOf(one));
    const isLooked = one.workflowId === '' ? looked.queues.has(one.taskQueue) : chain !== undefined;
    if (still) open.push({ ...one, ...still, openedAt: one.openedAt, seenAt: at });
    else if (isLooked) resolved.push({ case: one, how: chain === 'closed' ? 'closed' : 'healthy' });
    else open.push(one);
  }
  const opened = [...found].map(([key, finding]) => ({ ...finding, key, openedAt: at, seenAt: at }));
  return { opened, resolved, open };
}
