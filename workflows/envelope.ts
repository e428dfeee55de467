import type { RollOverLimits } from './limits';

/**
 * The version of longhaul's history footprint: its commands, their order, and its promise turns before user code.
 * A run keeps the protocol it began with; a change of the footprint is a new number.
 */
export const PROTOCOL = 1;

/** Why a run ended in another one. */
export type RollOverCause = 'limits' | 'requested' | 'leftover' | 'error';

/** An item as it waits in an inbox. */
export interface Entry<T = unknown> {
  item: T;
  /** The dedupe id, where the inbox has one. */
  id?: string;
  /** When it was received, in milliseconds since the epoch. */
  at: number;
  /** How often its handling has failed. Older code carries it on with the item. */
  attempts?: number;
  /** When it may be tried again, in milliseconds since the epoch. */
  retryAt?: number;
}

export interface CarriedInbox {
  items: Entry[];
  /** The dedupe window, oldest first. */
  seen: string[];
  received: number;
  duplicates: number;
}

/** An item whose handling failed, or whose payload could not be read. */
export interface DeadLetter {
  inbox: string;
  /** The item's id, where its inbox has ids. */
  id?: string;
  item: unknown;
  /** The message at the root of the failure. */
  error: string;
  /** When the item was received, in milliseconds since the epoch. */
  at: number;
  /** The letter's own id, by which it is redriven or dropped. Absent only in what older code wrote. */
  letter?: string;
  /** How often the item was tried. */
  attempts?: number;
  /** The failure's type. */
  type?: string;
}

/** A signal that no handler was declared for, as it arrived. */
export interface UndeclaredSignal {
  signal: string;
  args: unknown[];
}

/**
 * What a run hands to the next one, as the second argument of continue-as-new. The format is documented in
 * docs/protocol.md. What a later release adds within one protocol goes to `extensions`, which older code carries on.
 */
export interface Envelope {
  longhaul: 'envelope';
  protocol: number;
  /** Which run of the chain reads this; the first run, which reads none, is 1. */
  run: number;
  cause: RollOverCause;
  /** When the chain began, in milliseconds since the epoch. */
  startedAt: number;
  limits: RollOverLimits;
  state: { version: number; value: object };
  inboxes: Record<string, CarriedInbox>;
  once: Record<string, unknown>;
  /** How many children the chain has started; it numbers their default ids. */
  children: number;
  deadLetters: DeadLetter[];
  undeclared: UndeclaredSignal[];
  /** The chain was cancelled and its clean-up rolled over; the server does not tell the next run. */
  cancelRequested: boolean;
  /** What newer releases add; older code carries it on unread. */
  extensions: Record<string, unknown>;
}

/** Whether the second argument of a run says that longhaul wrote it. */
export function isEnvelope(second: unknown): boolean {
  return (second as { longhaul?: unknown } | null | undefined)?.longhaul === 'envelope';
}

/**
 * Reads the second argument of a run.
 *
 * @returns undefined for a fresh start.
 * @throws Error that fails the workflow task, retryably, when there is something this code can't read: a worker with newer code
 *   then takes over, and nothing is taken for fresh input.
 */
export function readEnvelope(workflow: string, carried: unknown): Envelope | undefined {
  if (carried === undefined || carried === null) return undefined;
  const { longhaul, protocol } = carried as { longhaul?: unknown; protocol?: unknown };
  if (longhaul !== 'envelope' || typeof protocol !== 'number') {
    throw new Error(
      `longRunning '${workflow}' was given a second argument that is no longhaul envelope (${typeof carried}). ` +
        'It takes one argument; what a run carries into the next one is written by longhaul alone.',
    );
  }
  if (protocol > PROTOCOL) {
    throw new Error(
      `longRunning '${workflow}' was continued by a newer longhaul (protocol ${protocol}; this worker reads up to ${PROTOCOL}). ` +
        'Upgrade this worker; the run goes on by itself then.',
    );
  }
  return carried as Envelope;
}
