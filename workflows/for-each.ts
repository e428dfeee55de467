import { TemporalFailure } from '@temporalio/common';
import { CancellationScope, condition, isCancellation, patched } from '@temporalio/workflow';
import { failTaskNow } from './bug';
import type { Entry } from './envelope';
import type { InboxBuffer } from './inbox-buffer';
import { leaveItem, withItem } from './item-context';
import { Line } from './line';
import { checkFunction, checkKnown } from './options';
import { Retries, checkRetry } from './retries';
import type { RetryOptions } from './retries';

export interface ForEachOptions<T = unknown> {
  /** How many items are handled at once. @default 1 */
  concurrency?: number;

  /** Ends the loop: asked whenever the inbox is empty and nothing is in hand. Synchronous and pure. @default never */
  until?: () => boolean;

  /**
   * Tries an item whose handler failed again, later. It waits in the inbox meanwhile, others pass it, and a rollover does not wait
   * for it. @default none: the first failure ends the loop
   */
  retry?: RetryOptions;

  /**
   * Puts an item that has failed, and has no attempt left, among the dead letters and goes on with the others. @default false: its
   * failure ends the loop
   */
  deadLetter?: boolean;

  /**
   * The key that the item belongs to: items of one key are handled one after the other, in order, also where one is tried again;
   * those of different keys at once. Called once per item; must be pure. @default no keys
   */
  orderBy?: (item: T) => string | number;
}

/** Where the items of a loop come from, other than from messages. */
export interface Feeder {
  /** Whether there is more to fetch, and now is the time. Pure. */
  wants(): boolean;
  /** Whether all that there was has been fetched. */
  ended(): boolean;
  /** Fetches more into the loop's buffer. */
  fetch(): Promise<void>;
}

/** @throws TypeError for options that are out of range. */
export function checkForEach(name: string, handler: unknown, options: ForEachOptions<never>): void {
  const who = `inbox '${name}'`;
  checkFunction(`${who}: the handler of forEach`, handler, 'a function that handles one item');
  checkKnown(who, '', options, ['concurrency', 'until', 'retry', 'deadLetter', 'orderBy']);
  const { concurrency = 1, retry, until, orderBy } = options;
  if (until !== undefined) checkFunction(`${who}: until`, until);
  if (orderBy !== undefined) checkFunction(`${who}: orderBy`, orderBy);
  if (!Number.isInteger(concurrency) || concurrency < 1) {
    throw new TypeError(`inbox '${name}': concurrency is ${concurrency}; use a whole number of at least 1`);
  }
  if (retry !== undefined) checkRetry(name, retry);
}

/** The loop behind `forEach`: a sliding window over the items of `buffer`, with `feeder` to fill it where messages don't. */
export async function forEachOf<T>(
  buffer: InboxBuffer<T>,
  handler: (item: T) => Promise<unknown>,
  options: ForEachOptions<T>,
  feeder?: Feeder,
): Promise<void> {
  const { concurrency = 1, until = () => false, deadLetter = false } = options;
  const { host } = buffer;
  buffer.settleAll();
  const inHand = new Set<Promise<void>>();
  const failures: { error: unknown; entry?: Entry<T> }[] = [];
  const scope = CancellationScope.current();
  const retries = options.retry && new Retries(buffer, options.retry);
  const line = new Line(buffer, options.orderBy, retries);
  let fetching: Promise<void> | undefined;
  let isEnding = false;
  // The next item without a look at the conditions, each of which is a call into the workflow's VM: twice the signals a second. Not where
  // updates are answered: their reply is to be the earlier command.
  const atOnce = !buffer.isOfUpdates && line.isPlain && !feeder;
  const failed = () => failures.length > 0;
  const ended = () => inHand.size === 0 && buffer.depth === 0 && (feeder?.ended() ?? until());
  const leaving = () => host.mustRollOver() && !line.owes;
  const hasNext = () => inHand.size < concurrency && line.hasNext();
  const wantsMore = () => fetching === undefined && feeder?.wants() === true && !leaving();
  const handle = async (entry: Entry<T>): Promise<void> => {
    try {
      const value = await withItem(entry.id, () => handler(entry.item));
      buffer.settleOne(entry, value);
    } catch (error) {
      // Cut off, not failed: clean-up code may still want to handle it.
      if (isCancellation(error) && scope.consideredCancelled) buffer.giveBack([entry]);
      else if (buffer.fail(entry, error) && error instanceof TemporalFailure) {
        if (retries?.again(entry, error)) return;
        if (deadLetter) {
          buffer.bury(entry, error);
          return;
        }
      }
      failures.push({ error, entry });
      if (isEnding && inHand.size > 1) failTaskNow(error);
    } finally {
      line.left(entry);
      leaveItem();
    }
  };
  const begin = (entry: Entry<T>): void => {
    // Not `finally`: it makes three promises more for each item, and the SDK notes a stack for each promise.
    const work = handle(entry).then(() => {
      inHand.delete(work);
      if (atOnce && !failed() && !leaving() && !scope.consideredCancelled) beginMore();
    });
    inHand.add(work);
  };
  const beginMore = (): void => {
    for (const entry of line.take(concurrency - inHand.size)) begin(entry);
  };
  buffer.loop = line;
  try {
    for (;;) {
      // eslint-disable-next-line longhaul/patch-hygiene -- asked only once the limit is reached: a replay knows the marker in that very task
      await condition(() => failed() || leaving() || hasNext() || wantsMore() || ended());
      if (failed()) {
        isEnding = true;
        if (inHand.size > 0 || fetching) for (const { error } of failures) failTaskNow(error);
        break;
      }
      if (ended()) return;
      if (leaving()) {
        await host.park(() => failed() || line.owes);
        continue;
      }
      if (feeder && wantsMore()) {
        fetching = feeder
          .fetch()
          .catch((error: unknown) => void failures.push({ error }))
          .finally(() => (fetching = undefined));
      }
      beginMore();
    }
  } finally {
    buffer.loop = undefined;
    retries?.end();
    // Nothing is left running behind the caller's back, also after a cancellation.
    await Promise.all([...inHand].map(asFinally));
    if (fetching) await fetching;
  }
  const [, ...unheard] = failures;
  // The caller hears of one failure. Older code had the others counted as handled where the body read on.
  if (unheard.length > 0 && patched('longhaul.unheard')) {
    for (const { entry, error } of unheard) if (entry) buffer.bury(entry, error);
  }
  throw failures[0]?.error;
}

/** Takes the turns that `finally` takes behind `then`: open runs replay through it. */
function asFinally(work: Promise<void>): Promise<void> {
  return work.then(() => undefined).then(() => undefined);
}
