import { workflowInfo } from '@temporalio/workflow';
import { carriedSize } from './carried-size';
import type { CarriedSize } from './carried-size';
import type { DeadLetter, RollOverCause, UndeclaredSignal } from './envelope';
import type { RollOverLimits } from './limits';
import { envelopeOf } from './roll-over';
import type { Session } from './session';

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
  undeclared: readonly UndeclaredSignal[];
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
    const unreadSince = session.backlog.since(name);
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
    undeclared: session.undeclared,
    pausedSince: null,
    carries: carriedSize(envelopeOf(session, 'limits')) ?? null,
    ...session.parts.status(),
  };
}
