import type { CancellationScope } from '@temporalio/workflow';
import type { Declared } from './declare';
import type { DeadLetters } from './dead-letters';
import type { Growth } from './growth';
import type { Backlog } from './backlog';
import type { Inboxes } from './inboxes';
import type { LonghaulStatus } from './status';

/**
 * A feature of a run that has something of its own to carry over a rollover, to show, or to give the body.
 *
 * It is one file, and one line in parts.ts. What it does before the body's first line is synchronous: register handlers and
 * read what was carried. It issues no command and takes no promise turn unless the body uses it.
 */
export interface Part {
  /** What the next run finds in `extensions` under the part's name; JSON carries it. Undefined: nothing. Pure: the status measures it. */
  carry(): unknown;
  /** Fields for the answer to `longhaul.status`. Pure: it is a query. */
  status?(): Partial<LonghaulStatus>;
  /** Whether nothing new may be handed out. Pure: it is a part of conditions' predicates. */
  paused?(): boolean;
  /** Called when the run is about to end, by a rollover or for good, while its handlers may still have to finish. May come twice. */
  leaving?(): void;
  /** Members for the body's `run`, getters included. Their types stand in `Run`. */
  readonly run?: object;
}

/** Makes a part. `carried` is what the last run carried under its name: absent in the first run and after older code; read it defensively. */
export type PartMaker = (host: PartHost, carried: unknown) => Part;

/** What a part may ask of the run that it belongs to. */
export interface PartHost {
  readonly declared: Declared;
  /** The caller's arguments. */
  readonly args: readonly unknown[];
  /** Which run of the chain this is, from 1. */
  readonly number: number;
  /** When the chain began, in milliseconds since the epoch. */
  readonly startedAt: number;
  /** The scope of the body: cancelled when the workflow is. */
  readonly root: CancellationScope;
  readonly inboxes: Inboxes;
  readonly backlog: Backlog;
  readonly deadLetters: DeadLetters;
  /** Tell it of each signal and update that a handler of the part's receives: they count toward the rollover limits. */
  readonly growth: Growth;
  /** Does `work` while no rollover happens: it waits, for at most `drainTimeout`. */
  hold<T>(work: () => Promise<T>): Promise<T>;
  /** Whether the next safe point ends the run. Pure. */
  mustRollOver(): boolean;
  /** Makes the run roll over at its next safe point. */
  requestRollOver(): void;
}
