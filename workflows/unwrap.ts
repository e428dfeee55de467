import { isEnvelope, readEnvelope } from './envelope';
import type { DeadLetter, RollOverCause, UndeclaredSignal } from './envelope';

/** What a `longRunning` run carried, for a workflow that is none. */
export interface Unwrapped<State = unknown> {
  /** The state as it was at the rollover, and the version of its shape. It is not migrated. */
  state: State;
  stateVersion: number;
  /** Items that were not handled, oldest first, by inbox. */
  items: Record<string, unknown[]>;
  /** Ids in the dedupe window, oldest first, by inbox. Those of `items` are among them. */
  seen: Record<string, string[]>;
  /** Results of `run.once`, by key. */
  once: Record<string, unknown>;
  deadLetters: DeadLetter[];
  /** Signals that nobody declared. */
  undeclared: UndeclaredSignal[];
  /** Which run of the chain reads this, from 2. */
  run: number;
  cause: RollOverCause;
  /** When the chain began, in milliseconds since the epoch. */
  startedAt: number;
  /** The chain was cancelled, and the server does not tell this run: end it as soon as its clean-up is done. */
  cancelRequested: boolean;
}

/**
 * Reads what a `longRunning` run handed on, in a plain workflow function that takes over from it: the way to leave longhaul.
 *
 * @param second The workflow's second argument.
 * @returns undefined when it is no envelope, as in a fresh start.
 * @throws Error that fails the workflow task, retryably, when a newer longhaul wrote it.
 * @remarks Records nothing, and costs no Cloud action. Code that takes over under the same workflow type needs `patched()` at its entry.
 */
export function unwrap<State = unknown>(second: unknown): Unwrapped<State> | undefined {
  const envelope = isEnvelope(second) ? readEnvelope('unwrap', second) : undefined;
  if (!envelope) return undefined;
  const { state, inboxes, once, deadLetters, undeclared, run, cause, startedAt, cancelRequested } = envelope;
  const byInbox = Object.entries(inboxes);
  return {
    state: state.value as State,
    stateVersion: state.version,
    items: Object.fromEntries(byInbox.map(([name, { items }]) => [name, items.map(({ item }) => item)])),
    seen: Object.fromEntries(byInbox.map(([name, { seen }]) => [name, seen])),
    once,
    deadLetters,
    undeclared,
    run,
    cause,
    startedAt,
    cancelRequested,
  };
}
