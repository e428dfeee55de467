import type { WorkflowExecutionDescription } from '@temporalio/client';
import type { History } from '@temporalio/common/lib/proto-utils';
import { failureText, iso } from './event-facts';
import type { DurationLike } from './event-attributes';
import type { Waiting } from './inspection';
import type { PayloadReader } from './payload-reader';
import { openWork, workOf } from './work';

type Raw = WorkflowExecutionDescription['raw'];

/** What a live run waits for: the server knows of attempts, beats and failures that its history does not hold yet. */
export async function pendingOf(raw: Raw, history: History, reader: PayloadReader): Promise<Waiting[]> {
  const recorded = openWork(workOf(history.events ?? []));
  const task = raw.pendingWorkflowTask;
  const waiting: Waiting[] = [];
  if (task) {
    const attempt = task.attempt ?? 1;
    waiting.push({
      what: 'workflow task',
      name: Number(task.state) === 2 ? 'at work in a worker' : 'a worker that takes it',
      eventId: null,
      since: timeOf(task.originalScheduledTime) ?? timeOf(task.scheduledTime) ?? iso(0),
      attempt,
      ...(attempt > 1 ? { note: `it failed or timed out ${attempt - 1} times` } : {}),
    });
  }
  const byActivity = new Map((raw.pendingActivities ?? []).map((pending) => [pending.activityId, pending]));
  const activityIds = new Map(
    (history.events ?? []).map((event) => [
      Number(String(event.eventId)),
      event.activityTaskScheduledEventAttributes?.activityId,
    ]),
  );
  for (const one of recorded) {
    const pending = byActivity.get(activityIds.get(one.eventId ?? 0) ?? '');
    if (one.what !== 'activity' || !pending) {
      waiting.push(one);
      continue;
    }
    const failure = failureText(pending.lastFailure);
    const beatAt = timeOf(pending.lastHeartbeatTime);
    const beat = pending.heartbeatDetails?.payloads?.[0];
    const next = Number(pending.state) === 1 ? timeOf(pending.nextAttemptScheduleTime) : undefined;
    waiting.push({
      ...one,
      attempt: pending.attempt ?? 1,
      ...(failure === undefined ? {} : { lastFailure: failure }),
      ...(beatAt === undefined ? {} : { lastBeatAt: beatAt }),
      ...(beat ? { lastBeat: await reader.one(beat) } : {}),
      note: noteOf(pending.state ?? 0, next),
    });
  }
  return waiting;
}

function noteOf(state: number, next: string | undefined): string {
  if (state === 2) return 'at work';
  if (state === 3) return 'its cancellation was requested';
  if (state === 4 || state === 5) return 'paused';
  return next === undefined ? 'waits for a worker' : `tried again at ${next}`;
}

function timeOf(time: DurationLike): string | undefined {
  if (!time) return undefined;
  return iso(Number(String(time.seconds ?? 0)) * 1_000 + Math.floor((time.nanos ?? 0) / 1e6));
}
