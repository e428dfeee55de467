import type { SignalDefinition } from '@temporalio/workflow';

export interface InboxOptions<T> {
  /** Takes an item once per id: a signal whose id was received before is dropped. */
  dedupe?: {
    /** The item's id, from its own content. Called once per signal; must be pure. */
    by: (item: T) => string | number;
    /** How many ids are remembered, newest last. They travel with each rollover. @default 1_000 */
    keep?: number;
  };

  /**
   * What happens when the body returns while items are left: run the body again in a new run, fail the workflow, or drop them
   * with a warning. @default 'rollOver'
   */
  onLeftover?: 'rollOver' | 'fail' | 'discard';
}

/** A declared inbox: the signal that fills it and how. Made by `inbox()`. */
export interface InboxDeclaration<T> {
  readonly signal: SignalDefinition<[T]>;
  readonly options: InboxOptions<T>;
}

/** Declares an inbox that a signal fills, for the `inboxes` of `longRunning`. */
export function inbox<T>(signal: SignalDefinition<[T]>, options: InboxOptions<T> = {}): InboxDeclaration<T> {
  return { signal, options };
}

export interface ForEachOptions {
  /** How many items are handled at once. @default 1 */
  concurrency?: number;

  /** Ends the loop: asked whenever the inbox is empty and nothing is in hand. Synchronous and pure. @default never */
  until?: () => boolean;
}

/**
 * A first-in, first-out queue of signals that outlives runs.
 *
 * What it hands out is leased: an item leaves the inbox when its handler ends or its reader asks again, and a rollover waits for
 * that. One reader at a time; a second one that waits at the same moment is refused. Each call is a safe point.
 */
export interface Inbox<T> {
  /** Items that wait, without those handed out. */
  readonly depth: number;

  /** Waits for the next item. It counts as handled when this reader asks again, or when the body returns. */
  next(): Promise<T>;

  /** Waits for at least one item, and takes up to `max` of them. */
  take(max: number): Promise<T[]>;

  /**
   * Hands each item to `handler`, in order, up to `concurrency` at once, over rollovers.
   *
   * @throws what a handler threw, once the others in hand have ended. The failed item stays leased: it goes to the dead letters
   *   if the body fails with it, and counts as handled if the body reads on.
   */
  forEach(handler: (item: T) => Promise<void>, options?: ForEachOptions): Promise<void>;
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- each inbox has an item type of its own
export type InboxDeclarations = Record<string, InboxDeclaration<any>>;

/** The inboxes that a body sees for those declared. */
export type InboxesOf<D extends InboxDeclarations> = {
  readonly [K in keyof D]: D[K] extends InboxDeclaration<infer T> ? Inbox<T> : never;
};
