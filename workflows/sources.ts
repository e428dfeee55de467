import { patched } from '@temporalio/workflow';
import type { Feeder, ForEachOptions } from './for-each';
import { checkForEach, forEachOf } from './for-each';
import type { InboxBuffer } from './inbox-buffer';
import { shown } from './options';
import type { Part, PartHost } from './part';
import { workflowNow } from './workflow-now';

/** Items that come in pages, each from where the last one ended. */
export interface Pages<T, Cursor = string> {
  /**
   * Fetches a page, most often by an activity: its items, and the cursor of the next page, or none (or null) after the last one. `cursor` is
   * undefined for the first page. Cursor and items travel over rollovers: JSON must carry them.
   */
  page: (cursor: Cursor | undefined) => Promise<{ items: readonly T[]; next?: Cursor | undefined }>;
}

/**
 * Where `run.forEach` gets items from: pages, or anything that can be iterated and gives the same items in the same order when it
 * is iterated anew, as each run does, to go on behind those that were taken.
 */
export type Source<T, Cursor = string> = Pages<T, Cursor> | Iterable<T> | AsyncIterable<T>;

interface Position {
  cursor?: unknown;
  /** Nothing more is to be fetched. */
  ended?: boolean;
  /** The loop has ended: it is not done again. */
  done?: boolean;
}

/** `run.forEach` and where each loop stands. The items that were fetched and not handled travel as those of an inbox of its name. */
export function sources(host: PartHost, carried: unknown): Part {
  const positions = new Map(Object.entries((carried ?? {}) as Record<string, Position>));
  const buffers = new Map<string, InboxBuffer<unknown>>();

  const forEach = async <T>(
    name: string,
    source: Source<T, unknown>,
    handler: (item: T) => Promise<void>,
    options: Omit<ForEachOptions<T>, 'until'> = {},
  ): Promise<void> => {
    checkForEach(name, handler, options);
    checkSource(name, source);
    const position = positions.get(name) ?? {};
    if (position.done) return;
    positions.set(name, position);
    const buffer = buffers.get(name) ?? openBuffer(host, name);
    buffers.set(name, buffer);
    const { concurrency = 1 } = options;
    await buffer.read(async () => {
      const fetch = 'page' in source ? source.page : pagesOf(source);
      const feeder: Feeder = {
        wants: () => !position.ended && buffer.depth < concurrency && !host.mustRollOver(),
        ended: () => position.ended === true,
        fetch: async () => {
          const { items, next } = await host.hold(() => fetch(position.cursor));
          for (const item of items) buffer.push({ item, at: workflowNow() });
          // As many an API says that it has no more; older code took it for the first page, without end.
          if (next === undefined || (next === null && patched('longhaul.lastPage'))) position.ended = true;
          position.cursor = next;
        },
      };
      await forEachOf(buffer as InboxBuffer<T>, handler, options, feeder);
    });
    positions.set(name, { done: true });
    buffers.delete(name);
    host.inboxes.delete(name);
  };

  return {
    carry: () => (positions.size === 0 ? undefined : Object.fromEntries(positions)),
    run: { forEach },
  };
}

function checkSource(name: string, source: unknown): void {
  if (typeof source === 'object' && source !== null) {
    if (typeof (source as { page?: unknown }).page === 'function') return;
    if (Symbol.iterator in source || Symbol.asyncIterator in source) return;
  }
  throw new TypeError(
    `run.forEach('${name}'): the source is ${shown(source)}; use { page: (cursor) => … } or something that can be iterated`,
  );
}

function openBuffer(host: PartHost, name: string): InboxBuffer<unknown> {
  if (host.inboxes.has(name)) {
    throw new TypeError(`run.forEach('${name}') has the name of an inbox; give it one of its own`);
  }
  return host.inboxes.open(name, { options: { onLeftover: 'discard' } });
}

/** One item a page; the cursor is how many were taken. */
function pagesOf<T>(source: Iterable<T> | AsyncIterable<T>): Pages<T, unknown>['page'] {
  let iterator: Iterator<T> | AsyncIterator<T> | undefined;
  return async (cursor) => {
    const taken = (cursor as number | undefined) ?? 0;
    if (!iterator) {
      iterator = Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]();
      for (let skipped = 0; skipped < taken; skipped += 1) await iterator.next();
    }
    const result = await iterator.next();
    return result.done ? { items: [] } : { items: [result.value], next: taken + 1 };
  };
}
