import type { SignalDefinition, UpdateDefinition } from '@temporalio/common';
import type { Duration } from './duration';
import type { ForEachOptions } from './for-each';
import { shown } from './options';

export interface InboxOptions<T> {
  /** Takes an item once per id: one whose id was received before is dropped, or answered with the reply that it had. */
  dedupe?: {
    /** The item's id, from its own content. Called once per message; must be pure. */
    by: (item: T) => string | number;
    /** How many ids are remembered, newest last. They travel with each rollover. @default 1_000 */
    keep?: number;
    /** How long an id is remembered at most. @default as long as it is among the newest `keep` */
    keepFor?: Duration;
  };

  /**
   * Looks at an item as it comes, and throws for one that the code can't work with: a signal becomes a dead letter, an update is turned
   * away with `LonghaulBadItem`. What it returns is ignored, so a schema's `parse` will do. Synchronous and pure; called once per
   * message. @default every item is taken
   *
   * @remarks Records nothing. Made stricter, it also refuses what an open run has taken already, when that is replayed; add such a
   *   condition for new workflow types, or behind `patched()`.
   */
  validate?: (item: unknown) => unknown;

  /**
   * How many items may wait. An update beyond it is turned away with `LonghaulInboxFull`; a signal can't be, so it is kept, and a
   * warning is logged each time that the number is crossed. @default no bound
   */
  capacity?: { items: number };

  /**
   * What happens when the body returns while items are left: run the body again in a new run, fail the workflow, or drop them
   * with a warning. @default 'rollOver'
   */
  onLeftover?: 'rollOver' | 'fail' | 'discard';
}

/** For an inbox that an update fills, and that replies once the item is in it. */
export interface AcceptedOptions<T> extends InboxOptions<T> {
  reply: 'accepted';
}

/**
 * For an inbox that an update fills, and that replies with what the item's handler returned, or fails as the item did.
 *
 * It needs `dedupe`: a reply can be lost on its way, and whoever sends the item again must not have it done twice.
 */
export interface DoneOptions<T> extends InboxOptions<T> {
  reply: 'done';
  dedupe: NonNullable<InboxOptions<T>['dedupe']>;
}

declare const reply: unique symbol;

/** A declared inbox: the signal or update that fills it and how. Made by `inbox()`. */
export interface InboxDeclaration<T, R = void> {
  readonly message: SignalDefinition<[T]> | UpdateDefinition<unknown, [T]>;
  readonly options: InboxOptions<T> & { reply?: 'accepted' | 'done' };
  /** Only for the compiler: what its items are answered with. */
  readonly [reply]?: (value: R) => void;
}

/**
 * Declares an inbox for the `inboxes` of `longRunning`: one that a signal fills, or an update.
 *
 * An update has an answer. With `reply: 'accepted'` it returns once its item waits in the inbox, from where on the item can't be lost.
 * With `reply: 'done'` it returns what the handler of `forEach` returned; while a run is about to roll over it is turned away with
 * `LonghaulRollingOver`, which `submit` of `longhaul/client` tries again on the next run.
 *
 * @remarks A signal is one event in history. An update is two, accepted and completed; one that is turned away is none. Each is an
 *   action on Temporal Cloud, also one that is turned away.
 */
export function inbox<T>(signal: SignalDefinition<[T]>, options?: InboxOptions<T>): InboxDeclaration<T>;
export function inbox<T>(update: UpdateDefinition<void, [T]>, options: AcceptedOptions<T>): InboxDeclaration<T>;
export function inbox<T, R>(update: UpdateDefinition<R, [T]>, options: DoneOptions<T>): InboxDeclaration<T, R>;
export function inbox<T>(
  message: SignalDefinition<[T]> | UpdateDefinition<unknown, [T]>,
  options: InboxDeclaration<T>['options'] = {},
): InboxDeclaration<T, unknown> {
  const { type } = Object(message) as { type?: unknown };
  if (type !== 'signal' && type !== 'update') {
    throw new TypeError(
      `inbox() was given ${shown(message)} to be filled by; use what defineSignal() or defineUpdate() made`,
    );
  }
  return { message, options };
}

/**
 * A first-in, first-out queue of signals or updates that outlives runs.
 *
 * What it hands out is leased: an item leaves the inbox when its handler ends or its reader asks again, and a rollover waits for
 * that. One reader at a time; a second one that waits at the same moment is refused. Each call is a safe point. While the
 * workflow is paused nothing is handed out, and readers wait.
 */
export interface Inbox<T, R = void> extends AsyncIterable<T> {
  /** Items that wait, without those handed out. */
  readonly depth: number;

  /** The item that is next, without taking it; undefined where none waits. */
  peek(): T | undefined;

  /** Waits for the next item. It counts as handled when this reader asks again, at `settle`, or when the body returns. */
  next(): Promise<T>;

  /** Waits for at least one item, and takes up to `max` of them. */
  take(max: number): Promise<T[]>;

  /** Takes all that wait, without waiting for one: an empty list where there is none. */
  drain(): Promise<T[]>;

  /**
   * Ends what `next`, `take` or `drain` gave as handled. For code that goes on to something else afterwards: a rollover would wait for
   * these items, and hand them out again.
   *
   * @throws Error while `forEach` reads the inbox, which fails the workflow task.
   */
  settle(): void;

  /**
   * Items one after the other, as `next` gives them; it never ends by itself.
   *
   * Leaving the loop does not tell how the last item went, so that one stays in hand until the inbox is read again or the body ends.
   */
  [Symbol.asyncIterator](): AsyncIterator<T>;

  /**
   * Hands each item to `handler`, in order, up to `concurrency` at once, over rollovers.
   *
   * An inbox declared `reply: 'done'` answers with what `handler` returns. Items read by `next`, `take` or `drain` are answered
   * without a value once they count as handled.
   *
   * @throws what a handler threw, once the others in hand have ended, unless `retry` or `deadLetter` took the failure on. The failed
   *   item stays leased: it goes to the dead letters if the body fails with it, and counts as handled if the body reads on. Others that
   *   failed meanwhile are dead letters. A plain `Error` while others are in hand fails the workflow task at once.
   * @remarks Records what `handler` does, and a timer for each wait of `retry`.
   */
  forEach(handler: (item: T) => Promise<R>, options?: ForEachOptions<T>): Promise<void>;
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- each inbox has an item type of its own
export type InboxDeclarations = Record<string, InboxDeclaration<any, any>>;

/** The inboxes that a body sees for those declared. */
export type InboxesOf<D extends InboxDeclarations> = {
  readonly [K in keyof D]: D[K] extends InboxDeclaration<infer T, infer R> ? Inbox<T, R> : never;
};
