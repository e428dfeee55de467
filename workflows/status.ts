import { workflowInfo } from '@temporalio/workflow';
import { carriedSize } from './carried-size';
import type { CarriedSize } from './carried-size';
import type { DeadLetter, RollOverCause, UndeclaredSignal } from './envelope';
import type { RollOverLimits } from './limits';
import type { Published } from './publish';
import { envelopeOf } from './roll-over';
import type { Session } from './session';
import type { StepSums } from './steps';
import { keptBySdk } from './undeclared';
import type { Wait } from './waits';

/** The answer to the query `longhaul.status`. */
export interface LonghaulStatus {
  /** Which run of the chain this is, from 1. */
  run: number;
  /** When the chain began, in milliseconds since the epoch. */
  startedAt: number;
  historyLength: number;
  historySize: number;
  limits: RollOverLimits;
  /** Why the run is about to roll over, or null. */
  rollingOver: RollOverCause | null;
  /** Since when nothing new is handed out, in milliseconds since the epoch; null while it is. */
  pausedSince: number | null;
  inboxes: Record<string, InboxStatus>;
  deadLetters: readonly DeadLetter[];
  /** Signals that no handler is declared for, by now. */
  undeclared: readonly UndeclaredSignal[];
  /** What the body last set `run.phase` to. */
  phase: string | null;
  /** What it waits for now, oldest first: what longhaul's own calls wait for, not a bare `condition()` or `sleep()`. */
  waitingOn: readonly Wait[];
  /** When an item was last handled, a step or `run.once` ended or the phase changed, over all runs: milliseconds since the epoch. */
  lastProgressAt: number;
  /** `run.deadline` in milliseconds since the epoch, where one is set. */
  deadline?: number;
  /** Steps by name, over all runs, once there was one. */
  steps?: Readonly<Record<string, StepSums>>;
  /** What all steps used, by unit, over all runs. */
  usage?: Readonly<Record<string, number>>;
  /** Events of `run.publish`, once there was one. */
  published?: Published;
  /** How large a rollover at this moment would be; null where JSON can't write it. */
  carries: CarriedSize | null;
}

export interface InboxStatus {
  /** Items that wait. */
  depth: number;
  /** Items handed out and not yet handled. */
  leases: number;
  /** Signals received over the whole chain, duplicates included. */
  received: number;
  /** Signals dropped because their id was in the dedupe window. */
  duplicates: number;
  /** When the oldest waiting item was received, in milliseconds since the epoch. */
  oldestAt?: number;
  /** Since when it has held items that nobody reads, in milliseconds since the epoch. */
  unreadSince?: number;
}

/** Pure: it is a query. */
export function statusOf(session: Session): LonghaulStatus {
  const { historyLength, historySize } = workflowInfo();
  const inboxes: LonghaulStatus['inboxes'] = {};
  for (const [name, { depth, leases, received, duplicates, oldestAt }] of session.inboxes) {
    const unreadSince = depth > 0 ? session.backlog.since(name) : undefined;
    inboxes[name] = {
      depth,
      leases,
      received,
      duplicates,
      ...(oldestAt === undefined ? {} : { oldestAt }),
      ...(unreadSince === undefined ? {} : { unreadSince }),
    };
  }
  return {
    run: session.number,
    startedAt: session.startedAt,
    historyLength,
    historySize,
    limits: session.growth.limits,
    rollingOver: session.rollingOver ?? null,
    inboxes,
    deadLetters: session.deadLetters.list,
    undeclared: [...session.undeclared, ...keptBySdk()],
    pausedSince: null,
    phase: null,
    waitingOn: [],
    lastProgressAt: session.startedAt,
    carries: carriedSize(envelopeOf(session, 'limits')) ?? null,
    ...session.parts.status(),
  };
}
