import type { Finding } from './report';
import type { QueueAnswer, ServerCalls } from './server-calls';
import { queryOfQueue } from './suspects';
import { iso, msOf } from './time';

/** How many queues are kept in mind. */
const mostQueues = 1_000;
const forgottenAfterMs = 24 * 60 * 60_000;

/** Notes queues that were seen now, and forgets those not seen for long. */
export function noteQueues(
  known: Record<string, string>,
  seen: Iterable<string>,
  nowMs: number,
): Record<string, string> {
  const all = new Map(Object.entries(known));
  for (const name of seen) if (name !== '') all.set(name, iso(nowMs));
  const kept = [...all].filter(([, at]) => nowMs - Date.parse(at) < forgottenAfterMs);
  return Object.fromEntries(kept.sort(([, a], [, b]) => (a < b ? 1 : -1)).slice(0, mostQueues));
}

/** A finding for each queue on which workflows run and for which no worker has asked of late. */
export async function queuesWithoutWorkers(
  calls: ServerCalls,
  queues: readonly string[],
  { nowMs, withinMs }: { nowMs: number; withinMs: number },
): Promise<Finding[]> {
  const found: Finding[] = [];
  for (const name of queues) {
    const answer = await calls.taskQueue(name, 'workflow');
    if (!answer || isPolled(answer, nowMs - withinMs)) continue;
    const running = (await calls.count(queryOfQueue(name))) ?? 0;
    if (running === 0) continue;
    const lastMs = Math.max(0, ...answer.pollers.map(({ lastAccessTime }) => msOf(lastAccessTime) ?? 0));
    found.push({
      verdict: 'no-worker',
      workflowType: '',
      workflowId: '',
      runId: '',
      firstRunId: '',
      taskQueue: name,
      team: null,
      subject: name,
      since: lastMs > 0 ? iso(lastMs) : null,
      message: `No worker polls task queue ${name}, on which ${running === 1 ? '1 workflow runs' : `${running.toLocaleString('en-US')} workflows run`}.`,
      fix: `Start a worker for task queue ${name}, or see why its workers are gone.`,
    });
  }
  return found;
}

function isPolled({ pollers }: QueueAnswer, sinceMs: number): boolean {
  return pollers.some(({ lastAccessTime }) => (msOf(lastAccessTime) ?? 0) >= sinceMs);
}
