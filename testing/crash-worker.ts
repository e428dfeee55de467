import type { WorkflowHandle } from '@temporalio/client';
import type { History } from '@temporalio/common/lib/proto-utils';

import { CrashError } from './errors';
import { eventKind } from './event-kind';
import { historyEvents, type HistoryEvent } from './history-events';
import type { WorkerProcess } from './start-worker-process';
import { writeLine, type WorkerReport } from './worker-channel';
import { workerChannels } from './worker-channels';

/** When a worker is to be crashed. */
export type CrashMoment =
  | {
      /** Where its code calls `crashPoint` with this name: exactly there, in the worker's own thread. */
      at: string;
      /** At the how-manieth time from now on. @default 1 */
      hit?: number;
    }
  | {
      workflow: WorkflowHandle;
      /** When the workflow's history, over its continue-as-new chain, gets an event of this kind: `'ActivityTaskScheduled'`. */
      event: string;
      /** At the how-manieth such event. @default 1 */
      hit?: number;
    }
  | {
      workflow: WorkflowHandle;
      /** When this holds of the history so far, over its continue-as-new chain; asked after each event. */
      when: (history: History) => boolean;
    };

export interface CrashOptions {
  /** How long to wait for the moment, in milliseconds, before the crash is given up and reported. @default 60_000 */
  withinMs?: number;
}

export interface Crash {
  /** Resolves when the worker is dead; rejects with `CrashError` when the moment did not come. */
  readonly happened: Promise<void>;
}

/**
 * Crashes a worker process with SIGKILL at a moment that the test names, and not after a sleep that is right on one machine.
 *
 * @param moment Left out, the worker is killed now.
 * @returns once the worker is armed: what is started from here on can't slip past. Then await `happened`.
 * @throws CrashError when the worker has ended already.
 * @example
 * const crash = await crashWorker(worker, { at: 'after-charge', hit: 3 });
 * const handle = await server.start(charges, [orders]);
 * await crash.happened;
 */
export async function crashWorker(
  worker: WorkerProcess,
  moment?: CrashMoment,
  { withinMs = 60_000 }: CrashOptions = {},
): Promise<Crash> {
  if (moment === undefined) {
    await worker.kill();
    return { happened: Promise.resolve() };
  }
  if ('hit' in moment && !(Number.isInteger(moment.hit) && Number(moment.hit) >= 1)) {
    throw new CrashError(`crashWorker takes a whole number from 1 as hit, not ${String(moment.hit)}.`);
  }
  const crash =
    'at' in moment ? await armPoint(worker, moment, withinMs) : { happened: watchHistory(worker, moment, withinMs) };
  // Who does not get to await it, since the test failed before, must not fail the process.
  crash.happened.catch(() => undefined);
  return crash;
}

async function armPoint(
  worker: WorkerProcess,
  { at, hit = 1 }: { at: string; hit?: number },
  withinMs: number,
): Promise<Crash> {
  const channel = workerChannels.get(worker);
  if (channel === undefined) throw new CrashError('crashWorker takes a worker that startWorkerProcess started.');
  const { orders, reports } = channel;
  await worker.ready;
  const counts = new Map<string, number>();
  const seen = (): string =>
    counts.size === 0
      ? 'no crash point was'
      : [...counts].map(([name, count]) => `'${name}' was ${count === 1 ? 'once' : `${count} times`}`).join(', ');
  let onArmed: () => void = () => undefined;
  const armed = new Promise<void>((resolve) => (onArmed = resolve));
  const listen = (report: WorkerReport): void => {
    if (report.type === 'armed') onArmed();
    if (report.type === 'reached') counts.set(report.name, report.count);
  };
  reports.on('report', listen);
  const missed = (why: string): CrashError =>
    new CrashError(`${why} before the crash point '${at}' was reached ${timesOf(hit)}; ${seen()} reached.`);
  const dead = worker.exited.then(({ code, signal }) => {
    if ((counts.get(at) ?? 0) >= hit) return;
    throw missed(`The worker ended with ${signal ?? `status ${code ?? 'unknown'}`}`);
  });
  dead.catch(() => undefined);
  writeLine(orders, { at, hit });
  await Promise.race([armed, dead]);
  const happened = Promise.race([dead, late(withinMs, () => missed(`${withinMs / 1_000} s passed`))]);
  return { happened: happened.finally(() => reports.off('report', listen)) };
}

async function watchHistory(
  worker: WorkerProcess,
  moment: Exclude<CrashMoment, { at: string }>,
  withinMs: number,
): Promise<void> {
  const giveUp = new AbortController();
  const timer = setTimeout(() => giveUp.abort(), withinMs);
  const events: HistoryEvent[] = [];
  try {
    for await (const event of historyEvents(moment.workflow, giveUp.signal)) {
      events.push(event);
      if (!isReached(moment, events)) continue;
      await worker.kill();
      return;
    }
  } catch (error) {
    if (!giveUp.signal.aborted) throw error;
  } finally {
    clearTimeout(timer);
  }
  const what = 'event' in moment ? `its history had ${timesOf(moment.hit ?? 1, moment.event)}` : 'when() held';
  const why = giveUp.signal.aborted ? `${withinMs / 1_000} s passed` : `Workflow ${moment.workflow.workflowId} closed`;
  throw new CrashError(`${why} before ${what}; its ${events.length} events end with ${lastKinds(events)}.`);
}

function isReached(moment: Exclude<CrashMoment, { at: string }>, events: HistoryEvent[]): boolean {
  if ('when' in moment) return moment.when({ events });
  const { event: kind, hit = 1 } = moment;
  const last = events.at(-1);
  return (
    last !== undefined && eventKind(last) === kind && events.filter((event) => eventKind(event) === kind).length === hit
  );
}

/** Rejects with `error` after a while. */
async function late(afterMs: number, error: () => Error): Promise<never> {
  return await new Promise((_resolve, reject) => {
    setTimeout(() => reject(error()), afterMs).unref();
  });
}

const timesOf = (count: number, what = ''): string =>
  what ? `${count} ${what}` : count === 1 ? 'once' : `${count} times`;

const lastKinds = (events: readonly HistoryEvent[]): string => events.slice(-3).map(eventKind).join(', ');
