import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/common';
import { goesOn, unwrapped } from './compare-checkpoints';
import type { Crew } from './crew';
import { DrillError } from './drill-error';
import { findingsOf } from './drill-findings';
import type { DrilledTimeouts, DrillHow, DrillTry } from './drill-report';
import { ActivityObserver } from './observe-activity';
import type { Observed } from './observe-activity';

/** How each try's workflow is started. */
export interface DrilledWorkflow {
  type: string;
  args: unknown[];
  taskQueue: string;

  /** Sent to it in this order once it is started: what its activity waits for. @default none */
  signals?: readonly { name: string; args: unknown[] }[];
}

/** What is tried. */
export interface Trial {
  client: Client;
  activity: string;
  workflow: DrilledWorkflow;
  crew: Crew;
  how: DrillHow;
  withinMs: number;
  /** From 0 to 1: when between two beats the worker is made to fail. */
  moment: number;
  /** The identities of workers that polled the task queue before the drill. */
  others: readonly string[];
  signal: AbortSignal | undefined;
  onProgress: (line: string) => void;
}

export interface Tried {
  result: DrillTry;
  timeouts: DrilledTimeouts;
  buildId: string | null;
}

/** The attempt whose worker is to fail. */
interface UnderWay {
  runId: string;
  buildId: string | null;
  timeouts: DrilledTimeouts;
  hasBeaten: boolean;
  running: Observed;
}

/** What was seen of the failure. */
interface Failure {
  failedAtMs: number;
  endedAtMs: number;
  replacedAfterMs: number;
  /** The attempt as it was left. */
  before: Observed;
}

/** What followed. */
interface Sequel {
  waitedMs: number;
  /** The attempt that went on elsewhere. */
  next: Observed | undefined;
  /** As it was once it had sent a beat, or after some time. */
  later: Observed | undefined;
  /** How the attempt that was made to fail ended. */
  timeout: DrillTry['timeout'];
  failure: string | null;
}

/** As long as the server gives work to the polls of a suspended worker: they are open for a minute. */
const strayPollsMs = 90_000;

/** Starts the workflow, makes a worker fail once, and ends the workflow. */
export async function tryOnce(trial: Trial): Promise<Tried> {
  const { client, activity, workflow, crew, how, signal } = trial;
  await mustKnow(trial);
  const { type, args, taskQueue, signals = [] } = workflow;
  const handle = await client.workflow.start(type, { args, taskQueue, workflowId: `longhaul-drill-${randomUUID()}` });
  try {
    for (const { name, args: given } of signals) {
      await handle.signal(name, ...given).catch((error: unknown) => {
        if (!(error instanceof WorkflowNotFoundError)) throw error;
        const why = `Workflow ${type} had ended before its signal ${name} was sent: give it an input with which it goes on.`;
        throw new DrillError(why, { cause: error });
      });
    }
    const observer = new ActivityObserver(client, handle.workflowId, activity, signal);
    const underWay = await untilUnderWay(trial, observer);
    const failure = await fail(trial, observer, underWay);
    const sequel = await untilResumed(trial, observer, underWay, failure);
    await crew.settle();
    const measured = { workflowId: handle.workflowId, ...measure(how, underWay, failure, sequel) };
    const { timeouts, hasBeaten, buildId } = underWay;
    const findings = findingsOf(measured, { activity, how, timeouts, hasBeaten, waitedMs: sequel.waitedMs });
    return { result: { ...measured, findings }, timeouts, buildId };
  } finally {
    await handle.terminate('the drill is over').catch(() => undefined);
  }
}

async function mustKnow({ crew, activity }: Trial): Promise<void> {
  const { activities } = await crew.ready();
  // One that is called `default` takes what has no activity of its own.
  if (!activities || activities.includes(activity) || activities.includes('default')) return;
  const names = activities.length === 0 ? 'no activities' : [...activities].sort().join(', ');
  throw new DrillError(`There is no activity ${activity}: the worker has ${names}.`);
}

/** Waits until the activity has beaten twice, or has had the time to, and then for the random moment. */
async function untilUnderWay(
  { activity, workflow, withinMs, moment, signal, onProgress }: Trial,
  observer: ActivityObserver,
): Promise<UnderWay> {
  onProgress(`waiting until ${activity} runs`);
  const begun = await observer.until(isAtWork, { withinMs, orFails: true });
  if (!begun?.observed) {
    throw new DrillError(
      `Activity ${activity} did not begin within ${withinMs / 1_000} s of the start of ${workflow.type}, which ${await observer.scheduled()}.`,
    );
  }
  const { timeouts } = await observer.recorded(begun.observed.activityId);
  const { heartbeatMs } = timeouts;
  onProgress(`waiting until ${activity} beats`);
  const beatsWithin = { withinMs: Math.min(withinMs, (heartbeatMs ?? 15_000) * 2) };
  const beating = await observer.until(hasBeaten, beatsWithin);
  // From the first checkpoint nothing can be lost: the one after it tells more.
  const first = JSON.stringify(beating?.observed?.checkpoint);
  const moves = (observed: Observed | undefined): boolean => JSON.stringify(observed?.checkpoint) !== first;
  if (beating) await observer.until(moves, beatsWithin);
  // A beat may arrive up to 80 % of the heartbeat timeout after the one before: any moment between two is as likely.
  await sleep(moment * Math.min(heartbeatMs ?? 2_000, 30_000), undefined, signal ? { signal } : {});
  const running = await atWork(activity, observer, { begun: begun.observed, withinMs });
  return { runId: begun.runId, buildId: begun.buildId, timeouts, hasBeaten: beating !== undefined, running };
}

/** The attempt that is at work; one that beats too rarely may be between two. */
async function atWork(
  activity: string,
  observer: ActivityObserver,
  { begun, withinMs }: { begun: Observed; withinMs: number },
): Promise<Observed> {
  const { observed: now } = await observer.now();
  const ownFailure = now?.timeout === null ? now.failure : null;
  // One failure may have been passing.
  if (now && ownFailure !== null && (!now.started || now.attempt > begun.attempt + 1)) {
    throw new DrillError(
      `Activity ${activity} fails by itself, before its worker does: ${ownFailure.replace(/\.?$/, '.')} Give the drill input with which it works for longer.`,
    );
  }
  const started = now?.started ? now : now && (await observer.until(isAtWork, { withinMs }))?.observed;
  if (started) return started;
  throw new DrillError(`Activity ${activity} had ended when its worker was to fail: give it more to do.`);
}

const isAtWork = (observed: Observed | undefined): boolean => observed?.started === true;

async function fail(
  { activity, workflow, crew, how, others, onProgress }: Trial,
  observer: ActivityObserver,
  { running }: UnderWay,
): Promise<Failure> {
  if (others.includes(running.identity)) {
    onProgress(
      `${activity} runs in ${running.identity}, which polled ${workflow.taskQueue} before the drill: stop that worker, or the drill says nothing`,
    );
  }
  const failedAtMs = Date.now();
  onProgress(`${verbs[how]} the worker`);
  await crew.fail(how);
  const endedAtMs = Date.now();
  // Nobody beats any more, so this is what the next attempt is given; after a drain it may be under way already.
  const { observed: left } = await observer.now();
  // A worker that drains sends beats until it ends, when its attempt may have timed out already: they are kept.
  const before = !left || isNext(left, running) ? running : left;
  await crew.ready();
  return { failedAtMs, endedAtMs, replacedAfterMs: Date.now() - failedAtMs, before };
}

async function untilResumed(
  { activity, workflow, how, withinMs, onProgress }: Trial,
  observer: ActivityObserver,
  { timeouts, running }: UnderWay,
  { failedAtMs }: Failure,
): Promise<Sequel> {
  onProgress('waiting for the next attempt');
  const waitedMs = (timeouts.heartbeatMs ?? 0) + withinMs + (how === 'stall' ? strayPollsMs : 0);
  // A suspended worker goes on polling, as far as the server knows: an attempt that it is given runs nowhere.
  const goesOnElsewhere = (observed: Observed | undefined): boolean =>
    isNext(observed, running) &&
    (how !== 'stall' || observed.identity !== running.identity || beatsOf(observed, observed));
  const resumed = await observer.until((observed) => goesOnElsewhere(observed) || observed === undefined, {
    withinMs: waitedMs,
    orClosed: true,
  });
  const next = goesOnElsewhere(resumed?.observed) ? resumed?.observed : undefined;
  if (!next && how !== 'term') {
    const { observed: still } = await observer.now();
    if (still?.attempt === running.attempt && (still.beatAtMs ?? 0) > failedAtMs + 2_000) {
      throw new DrillError(
        `Activity ${activity} goes on in ${running.identity}, which is not the worker that was made to fail: stop other workers of task queue ${workflow.taskQueue}, or give the drill a queue of its own.`,
      );
    }
  }
  const ended = next ? undefined : await observer.recorded(running.activityId);
  if (ended?.ended === 'completed') {
    throw new DrillError(`Activity ${activity} completed while its worker was made to fail: give it more to do.`);
  }
  const hasBeatenAgain = (observed: Observed | undefined): boolean =>
    next !== undefined && (observed === undefined || beatsOf(observed, next));
  const later =
    next && (await observer.until(hasBeatenAgain, { withinMs: Math.min(withinMs, 10_000), orClosed: true }));
  return {
    waitedMs,
    next,
    later: later?.observed,
    timeout: next?.timeout ?? (ended?.ended === 'failed' ? null : (ended?.ended ?? null)),
    failure: next?.failure ?? ended?.failure ?? null,
  };
}

function measure(
  how: DrillHow,
  { runId, running }: UnderWay,
  { failedAtMs, endedAtMs, replacedAfterMs, before }: Failure,
  { next, later, timeout, failure }: Sequel,
): Omit<DrillTry, 'findings' | 'workflowId'> {
  const checkpoint = unwrapped(before.checkpoint);
  const kept = checkpoint !== undefined;
  // A worker that drains lets it work on, until it fails by itself or the worker ends.
  const workedUntilMs = how !== 'term' ? failedAtMs : timeout === null ? (next?.endedAtMs ?? endedAtMs) : endedAtMs;
  return {
    runId,
    activityId: running.activityId,
    at: iso(failedAtMs),
    attempt: running.attempt,
    attemptStartedAt: iso(running.startedAtMs),
    lastBeatAt: before.beatAtMs === undefined ? null : iso(before.beatAtMs),
    ...(kept ? { checkpoint } : {}),
    timeout,
    failure,
    nextAttemptAt: next ? iso(next.startedAtMs) : null,
    replacedAfterMs,
    resumedAfterMs: next ? Math.max(0, next.startedAtMs - failedAtMs) : null,
    redoneMs: Math.max(0, workedUntilMs - (kept ? (before.beatAtMs ?? running.startedAtMs) : running.startedAtMs)),
    ...(how === 'term' ? { drainedAfterMs: endedAtMs - failedAtMs } : {}),
    ...(next ? { nextAttempt: next.attempt } : {}),
    continued: kept && later ? goesOn(checkpoint, later.checkpoint) : null,
  };
}

const verbs: Record<DrillHow, string> = { kill: 'killing', term: 'draining', stall: 'suspending' };

const iso = (ms: number): string => new Date(ms).toISOString();

/** The server notes the start of an attempt as a beat too. */
const hasBeaten = (observed: Observed | undefined): boolean =>
  observed?.checkpoint !== undefined || (observed?.beatAtMs ?? 0) > (observed?.startedAtMs ?? 0);

const isNext = (observed: Observed | undefined, { attempt }: Observed): observed is Observed =>
  observed !== undefined && observed.started && observed.attempt > attempt;

/** Whether that attempt, or one after it, has sent a beat of its own. */
const beatsOf = (observed: Observed, { startedAtMs }: Observed): boolean =>
  (observed.beatAtMs ?? 0) > Math.max(startedAtMs, observed.startedAtMs);
