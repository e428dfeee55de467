import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { lengthOfTime } from '../../workflows/duration';
import type { Duration } from '../duration';
import { seededRandom } from '../random';
import type { WorkerProcess } from '../start-worker-process';
import { goesOn, unwrapped } from './compare-checkpoints';
import { DrillError } from './drill-error';
import { findingsOf, mergedFindings } from './drill-findings';
import type { DrilledTimeouts, DrillHow, DrillReport, DrillTry } from './drill-report';
import { ActivityObserver } from './observe-activity';
import type { Observed } from './observe-activity';

/** A worker that can be made to fail; what `startWorkerProcess` gives is one. */
export type DrilledWorker = Pick<WorkerProcess, 'pid' | 'ready' | 'kill' | 'activities'>;

export interface DrillOptions {
  /** Connected to a namespace in which workers may be killed and workflows terminated. */
  client: Client;

  /** Where that is, for the record. */
  address: string;

  /** The activity's type. */
  activity: string;

  /** The workflow that calls it: one is started for each try, and terminated after it. */
  workflow: { type: string; args: unknown[]; taskQueue: string };

  /** Starts a worker, on the workflow's task queue, as a process of its own. */
  startWorker: () => Promise<DrilledWorker>;

  /** @default 'kill' */
  how?: DrillHow;

  /** How often, each at a random moment. @default 1 */
  times?: number;

  /** Makes the same moments again. @default a random one */
  seed?: number;

  /** How long to wait for the activity to begin and to beat, and for the next attempt beyond its heartbeat timeout. @default '1 minute' */
  within?: Duration;

  /** Ends the drill, with its workers and workflows. */
  signal?: AbortSignal;

  /** Takes one line for each step. */
  onProgress?: (line: string) => void;
}

/** As long as the server gives work to the polls of a suspended worker: they are open for a minute. */
const strayPollsMs = 90_000;

/** As long as a worker may take to drain. */
const drainMs = 60_000;

/**
 * Makes a real worker fail while an activity runs in it, and measures from the server's own record what that costs: how soon it is
 * noticed, when the next attempt begins, from where, and how much is done again. The code under test need not know of longhaul.
 *
 * @throws DrillError when there was nothing to measure: the activity did not begin, or the workflow ended before.
 */
export async function drill(options: DrillOptions): Promise<DrillReport> {
  const { client, address, activity, workflow, how = 'kill', times = 1, within = '1 minute' } = options;
  const { seed = Math.floor(Math.random() * 2 ** 32) } = options;
  const withinMs = lengthOfTime('drill: within', within);
  if (!Number.isInteger(times) || times < 1)
    throw new TypeError(`drill: times is ${times}; use a whole number from 1 on`);
  const random = seededRandom(seed);
  const crew = new Crew(options.startWorker);
  const tries: Tried[] = [];
  const at = new Date().toISOString();
  try {
    for (let nth = 0; nth < times; nth += 1) {
      const tried = await tryOnce(options, crew, { how, withinMs, moment: random() });
      tries.push(tried);
      const { resumedAfterMs, findings } = tried.result;
      const resumed =
        resumedAfterMs === null ? 'not resumed' : `resumed after ${(resumedAfterMs / 1_000).toFixed(1)} s`;
      options.onProgress?.(
        `${nth + 1} of ${times}: ${resumed}, ${findings.length} ${findings.length === 1 ? 'finding' : 'findings'}`,
      );
    }
  } finally {
    await crew.end();
  }
  const results = tries.map(({ result }) => result);
  const findings = mergedFindings(results);
  const [first] = tries;
  if (!first) throw new DrillError('Nothing was drilled.');
  return {
    schema: 'longhaul.drill/1',
    ok: findings.every(({ severity }) => severity !== 'no-go'),
    at,
    address,
    namespace: client.options.namespace,
    workflowType: workflow.type,
    activityType: activity,
    how,
    seed,
    timeouts: first.timeouts,
    tries: results,
    findings,
    codeVersion: first.buildId,
  };
}

interface Tried {
  result: DrillTry;
  timeouts: DrilledTimeouts;
  buildId: string | null;
}

async function tryOnce(
  { client, activity, workflow, signal, onProgress = () => undefined }: DrillOptions,
  crew: Crew,
  { how, withinMs, moment }: { how: DrillHow; withinMs: number; moment: number },
): Promise<Tried> {
  const { activities } = await crew.ready();
  // One that is called `default` takes what has no activity of its own.
  if (activities && !activities.includes(activity) && !activities.includes('default')) {
    const names = activities.length === 0 ? 'no activities' : [...activities].sort().join(', ');
    throw new DrillError(`There is no activity ${activity}: the worker has ${names}.`);
  }
  const { type, args, taskQueue } = workflow;
  const handle = await client.workflow.start(type, { args, taskQueue, workflowId: `longhaul-drill-${randomUUID()}` });
  const observer = new ActivityObserver(client, handle.workflowId, activity, signal);
  try {
    onProgress(`waiting until ${activity} runs`);
    const begun = await observer.until((observed) => observed?.started === true, { withinMs, orFails: true });
    if (!begun?.observed) {
      throw new DrillError(
        `Activity ${activity} did not begin within ${withinMs / 1_000} s of the start of ${type}, which ${await observer.scheduled()}.`,
      );
    }
    const { timeouts } = await observer.recorded(begun.observed.activityId);
    const { heartbeatMs } = timeouts;
    onProgress(`waiting until ${activity} beats`);
    const beating = await observer.until(hasBeaten, { withinMs: Math.min(withinMs, (heartbeatMs ?? 15_000) * 2) });
    // From the first checkpoint nothing can be lost: the one after it tells more.
    const first = JSON.stringify(beating?.observed?.checkpoint);
    const moves = (observed: Observed | undefined): boolean => JSON.stringify(observed?.checkpoint) !== first;
    if (beating) await observer.until(moves, { withinMs: Math.min(withinMs, (heartbeatMs ?? 15_000) * 2) });
    // A beat may arrive up to 80 % of the heartbeat timeout after the one before: any moment between two is as likely.
    await sleep(moment * Math.min(heartbeatMs ?? 2_000, 30_000), undefined, signal ? { signal } : {});
    const { observed: running } = await observer.now();
    if (!running?.started) {
      throw new DrillError(`Activity ${activity} had ended when its worker was to fail: give it more to do.`);
    }
    const failedAtMs = Date.now();
    onProgress(`${verbs[how]} the worker`);
    await crew.fail(how);
    // Nobody beats any more, so this is what the next attempt is given; after a drain it may be under way already.
    const endedAtMs = Date.now();
    const { observed: left } = await observer.now();
    // A worker that drains sends beats until it ends, when its attempt may have timed out already: they are kept.
    const before = !left || isNext(left, running) ? running : left;
    await crew.next();
    const replacedAfterMs = Date.now() - failedAtMs;
    onProgress('waiting for the next attempt');
    const waitedMs = (heartbeatMs ?? 0) + withinMs + (how === 'stall' ? strayPollsMs : 0);
    // A suspended worker goes on polling, as far as the server knows: an attempt that it is given runs nowhere.
    const goesOnElsewhere = (observed: Observed | undefined): boolean =>
      isNext(observed, running) &&
      (how !== 'stall' || observed.identity !== running.identity || beatsOf(observed, observed));
    const resumed = await observer.until((observed) => goesOnElsewhere(observed) || observed === undefined, {
      withinMs: waitedMs,
      orClosed: true,
    });
    const next = goesOnElsewhere(resumed?.observed) ? resumed?.observed : undefined;
    const ended = next ? undefined : await observer.recorded(running.activityId);
    if (ended?.ended === 'completed') {
      throw new DrillError(`Activity ${activity} completed while its worker was made to fail: give it more to do.`);
    }
    const later =
      next &&
      (await observer.until((observed) => beatsOf(observed, next), {
        withinMs: Math.min(withinMs, 10_000),
        orClosed: true,
      }));
    await crew.settle();
    const checkpoint = unwrapped(before.checkpoint);
    const kept = checkpoint !== undefined;
    const timeout = next?.timeout ?? (ended?.ended === 'failed' ? null : (ended?.ended ?? null));
    // A worker that drains lets it work on, until it fails by itself or the worker ends.
    const workedUntilMs = how !== 'term' ? failedAtMs : timeout === null ? (next?.endedAtMs ?? endedAtMs) : endedAtMs;
    const measured: Omit<DrillTry, 'findings'> = {
      workflowId: handle.workflowId,
      runId: begun.runId,
      activityId: running.activityId,
      at: iso(failedAtMs),
      attempt: running.attempt,
      attemptStartedAt: iso(running.startedAtMs),
      lastBeatAt: before.beatAtMs === undefined ? null : iso(before.beatAtMs),
      ...(kept ? { checkpoint } : {}),
      timeout: timeout ?? null,
      failure: next?.failure ?? ended?.failure ?? null,
      nextAttemptAt: next ? iso(next.startedAtMs) : null,
      replacedAfterMs,
      resumedAfterMs: next ? Math.max(0, next.startedAtMs - failedAtMs) : null,
      redoneMs: Math.max(0, workedUntilMs - (kept ? (before.beatAtMs ?? running.startedAtMs) : running.startedAtMs)),
      ...(how === 'term' ? { drainedAfterMs: endedAtMs - failedAtMs } : {}),
      ...(next ? { nextAttempt: next.attempt } : {}),
      continued: kept && later?.observed ? goesOn(checkpoint, later.observed.checkpoint) : null,
    };
    const findings = findingsOf(measured, { activity, how, timeouts, hasBeaten: beating !== undefined, waitedMs });
    return { result: { ...measured, findings }, timeouts, buildId: begun.buildId };
  } finally {
    await handle.terminate('the drill is over').catch(() => undefined);
  }
}

const verbs: Record<DrillHow, string> = { kill: 'killing', term: 'draining', stall: 'suspending' };

const iso = (ms: number): string => new Date(ms).toISOString();

/** The server notes the start of an attempt as a beat too. */
const hasBeaten = (observed: Observed | undefined): boolean =>
  observed?.checkpoint !== undefined || (observed?.beatAtMs ?? 0) > (observed?.startedAtMs ?? 0);

const isNext = (observed: Observed | undefined, { attempt }: Observed): observed is Observed =>
  observed !== undefined && observed.started && observed.attempt > attempt;

/** Whether that attempt, or one after it, has sent a beat of its own. */
const beatsOf = (observed: Observed | undefined, { startedAtMs }: Observed): boolean =>
  observed === undefined || (observed.beatAtMs ?? 0) > Math.max(startedAtMs, observed.startedAtMs);

/** The worker that is to fail, and the one that takes over from it. */
class Crew {
  private current: Promise<DrilledWorker> | undefined;
  private suspended: DrilledWorker | undefined;

  constructor(private readonly start: () => Promise<DrilledWorker>) {}

  async ready(): Promise<DrilledWorker> {
    this.current ??= this.start();
    const worker = await this.current;
    await worker.ready;
    return worker;
  }

  async fail(how: DrillHow): Promise<void> {
    const worker = await this.current;
    this.current = undefined;
    if (!worker) return;
    if (how === 'kill') {
      await worker.kill('SIGKILL');
    } else if (how === 'stall') {
      process.kill(worker.pid, 'SIGSTOP');
      this.suspended = worker;
    } else {
      const impatient = setTimeout(() => void worker.kill('SIGKILL'), drainMs);
      await worker.kill('SIGTERM');
      clearTimeout(impatient);
    }
  }

  async next(): Promise<void> {
    await this.ready();
  }

  /** A suspended worker goes on, beside the one that took over: what it does then must not count. */
  async settle(): Promise<void> {
    const { suspended } = this;
    this.suspended = undefined;
    if (!suspended) return;
    process.kill(suspended.pid, 'SIGCONT');
    await sleep(500);
    await suspended.kill('SIGKILL');
  }

  async end(): Promise<void> {
    await this.settle().catch(() => undefined);
    const worker = await this.current?.catch(() => undefined);
    await worker?.kill('SIGKILL');
  }
}
