import type { HistoryPage } from './server-calls';
import type { TaskFailureCause } from './report';

/** The server's numbers of its causes, of events, and of time-outs; the test holds them to the SDK's own. */
export const causes = {
  nonDeterministic: 24,
  grpcMessageTooLarge: 36,
  payloadsTooLarge: 37,
  pendingLimits: [26, 27, 28, 29, 33],
  /** No fault of the code: a signal or an update came in between, or somebody reset, paused or moved the workflow. */
  inPassing: [1, 13, 17, 18, 20, 31, 39],
} as const;

/** A time-out of a task that a worker has taken; the other kind is a cached workflow whose worker is gone. */
const startToClose = 1;

interface FailureLike {
  message?: string | null;
  cause?: FailureLike | null;
}

export interface TaskFailure {
  cause: TaskFailureCause;
  /** In the words of whoever failed it. */
  why: string;
}

/** Workflow tasks that came to nothing since the last one that was completed. */
export interface FailedTasks {
  count: number;
  newest: TaskFailure | undefined;
  /** Whether the events go back to a task that was completed. */
  whole: boolean;
}

/** @param events Newest first. */
export function failedTasks(events: NonNullable<NonNullable<HistoryPage['history']>['events']>): FailedTasks {
  const failures: TaskFailure[] = [];
  for (const event of events) {
    if (event.workflowTaskCompletedEventAttributes) return { count: failures.length, newest: failures[0], whole: true };
    const failed = event.workflowTaskFailedEventAttributes;
    if (failed && !(causes.inPassing as readonly number[]).includes(failed.cause ?? 0))
      failures.push({ cause: causeOf(failed.cause ?? 0, failed.failure), why: messageOf(failed.failure) });
    if (Number(event.workflowTaskTimedOutEventAttributes?.timeoutType) === startToClose)
      failures.push({ cause: 'timed-out', why: 'no worker answered within the time of a workflow task' });
  }
  return { count: failures.length, newest: failures[0], whole: false };
}

/** Why the workflow task fails, from the newest events of the run, newest first. */
export function taskFailureIn(page: Pick<HistoryPage, 'history'> | undefined): TaskFailure {
  return failedTasks(page?.history?.events ?? []).newest ?? unrecorded;
}

export const unrecorded: TaskFailure = { cause: 'unknown', why: 'the server recorded no reason' };

export function causeOf(cause: number, failure: FailureLike | null | undefined): TaskFailureCause {
  const message = messageOf(failure);
  if (cause === causes.nonDeterministic || message.includes('TMPRL1100')) return 'nondeterminism';
  if (cause === causes.grpcMessageTooLarge || cause === causes.payloadsTooLarge) return 'payload-size';
  if (/TMPRL1103|exceeds? (?:the )?(?:size )?limit|too large/i.test(message)) return 'payload-size';
  if ((causes.pendingLimits as readonly number[]).includes(cause)) return 'pending-limit';
  if (message.includes('no such function is exported')) return 'unknown-type';
  return 'code-error';
}

function messageOf(failure: FailureLike | null | undefined): string {
  let innermost = failure;
  while (innermost?.cause) innermost = innermost.cause;
  const [outer, inner] = [failure?.message ?? '', innermost?.message ?? ''];
  return inner !== '' && inner !== outer ? `${outer}: ${inner}` : outer;
}

/** What to do about each. */
export const fixes: Record<TaskFailureCause, string> = {
  nondeterminism:
    'Deploy code that takes the recorded path (patched()), or roll back; longhaul replay names the line at which they part.',
  'payload-size': 'Pass less, or a reference to a store; the run goes on with the corrected code.',
  'unknown-type': "Deploy a worker whose workflows export this type to the task queue, or start it on another's queue.",
  'code-error': 'Mend the workflow code and deploy it; the run goes on by itself then.',
  'pending-limit': 'Have less under way at once, such as in a sliding window.',
  'timed-out':
    'Look for a worker that dies at this task, code that blocks, or a history that takes longer to replay than a workflow task may: longhaul inspect --replay.',
  unknown: 'Look at the newest events: longhaul inspect.',
};
