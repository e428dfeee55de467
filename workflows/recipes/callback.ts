import { defineSignal, log } from '@temporalio/workflow';
import type { Duration } from '../duration';
import { longhaulFailure } from '../failure';
import { inbox } from '../inbox';
import type { Inbox, InboxDeclaration } from '../inbox';
import { checkKnown } from '../options';
import { workflowNow } from '../workflow-now';
import { backoffOf } from './backoff';
import type { BackoffOptions } from './backoff';
import { callbackSignalName } from './callback-message';
import type { Callback } from './callback-message';
import { checkRecipe, drain, entryOf, milliseconds, pause, recipeState } from './recipe-run';
import type { RecipeRun } from './recipe-run';

/** The signal that callbacks arrive by, and the inbox that their tokens name unless they name another. */
export const callbackSignal = defineSignal<[Callback]>(callbackSignalName);

/** An inbox for callbacks: each item once, and one that comes too late keeps no workflow from ending. */
export function callbackInbox({ keep = 1_000 }: { keep?: number } = {}): InboxDeclaration<Callback> {
  return inbox(callbackSignal, { dedupe: { by: ({ item }) => item, keep }, onLeftover: 'discard' });
}

export interface CallbackOptions<T> {
  /** Where callbacks arrive. Several `callback()` of a body may share it, also at the same time. */
  inbox: Inbox<Callback>;

  /** Asks the other system to begin: an activity that mints the token for `item` and hands it over. Done once over all runs. */
  start: (item: string) => Promise<unknown>;

  /** How long to wait, from the start over all runs. */
  timeout: Duration;

  /** What is awaited, in a few words; it ends the failure message. @default the key */
  what?: string;

  /** Reads the payload. What it refuses by throwing is logged, and counts as lost. @default takes it as it is */
  parse?: (payload: unknown) => T;

  /** Asks the other system, for callbacks that got lost; once more at the deadline. @default none */
  fallBack?: BackoffOptions & {
    /** One short activity: the outcome, or undefined while there is none. */
    check: (item: string) => Promise<T | undefined>;
  };
}

/** An outcome and the way it came. */
export interface CalledBack<T> {
  value: T;
  via: 'callback' | 'poll';
  /** Milliseconds since the epoch. */
  at: number;
}

interface Wait {
  started: boolean;
  deadlineAt: number;
  polls: number;
  intervalMs: number;
  nextAt: number;
  outcome?: CalledBack<unknown>;
}

interface CallbackState {
  version: 1;
  waits: Record<string, Wait>;
  /** Callbacks that came before their `callback()`. */
  early: Record<string, { payload: unknown; at: number }>;
}

const earlyKept = 1_000;

/**
 * Starts something elsewhere and waits for it to call back, over rollovers, with a poll for callbacks that got lost.
 *
 * The SDK's own asynchronous activity completion answers with a task token, which dies with its attempt and holds an activity open.
 * Here the other system gets a signed token of the workflow and this item; a callback that comes before the wait is kept, a second
 * one is dropped, and one that comes after the outcome changes nothing.
 *
 * @param key The item: it tells this wait from others of the same workflow, and is in the token.
 * @returns the outcome, in each later run too.
 * @throws ApplicationFailure `LonghaulDeadline`, non-retryable, when `timeout` runs out first.
 * @throws what `start` or `check` threw, once their own retries are used up.
 * @remarks Records the activities of `start` and `check`, and one timer until the next poll or the deadline. Adding or removing a
 *   call in a deployed workflow needs `patched()`. Costs, in Temporal Cloud actions: the start, the callback's signal, one
 *   timer, and two for each fall-back poll.
 */
export async function callback<T = unknown>(
  run: RecipeRun,
  key: string,
  options: CallbackOptions<T>,
): Promise<CalledBack<T>> {
  checkRecipe('callback', options, ['inbox', 'start', 'timeout', 'what', 'parse', 'fallBack'], ['start']);
  checkKnown('callback', 'fallBack', options.fallBack, ['check', 'every', 'maxEvery', 'backoff', 'jitter']);
  const { inbox: arrivals, start, timeout, what = key, fallBack } = options;
  const backoff = backoffOf('callback', fallBack ?? {});
  const all = recipeState<CallbackState>(run, 'callback', 'all', () => ({ version: 1, waits: {}, early: {} }));
  const now = workflowNow();
  const wait = entryOf<Wait>(all.waits, key, () => ({
    started: false,
    deadlineAt: now + milliseconds('callback', 'timeout', timeout),
    polls: 0,
    intervalMs: backoff.firstMs,
    nextAt: 0,
  }));
  if (!wait.started) {
    await run.safePoint();
    await run.hold(async () => {
      await start(key);
      wait.started = true;
      wait.nextAt = workflowNow() + backoff.firstMs;
    });
  }
  while (!wait.outcome) {
    await drain(arrivals, (given) => keepEarly(all, given));
    takeEarly();
    if (isOver(wait)) break;
    const late = workflowNow() >= wait.deadlineAt;
    if (fallBack && (late || workflowNow() >= wait.nextAt)) await run.hold(() => check(fallBack.check));
    if (isOver(wait)) break;
    if (late) {
      throw longhaulFailure('LonghaulDeadline', `Waited for ${what}, which did not call back in time`, {
        details: [{ timeout, what, polls: wait.polls }],
      });
    }
    const at = fallBack ? Math.min(wait.nextAt, wait.deadlineAt) : wait.deadlineAt;
    await pause(run, { at, wake: () => arrivals.depth > 0 || Object.hasOwn(all.early, key) });
  }
  return wait.outcome as CalledBack<T>;

  function takeEarly(): void {
    const arrived = Object.hasOwn(all.early, key) ? all.early[key] : undefined;
    if (!arrived) return;
    // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- a table
    delete all.early[key];
    const { parse = (payload: unknown) => payload as T } = options;
    try {
      wait.outcome = { value: parse(arrived.payload), via: 'callback', at: arrived.at };
    } catch (error) {
      log.warn(`longhaul: the callback for '${key}' could not be read and counts as lost`, { error: String(error) });
    }
  }

  async function check(ask: (item: string) => Promise<T | undefined>): Promise<void> {
    const value = await ask(key);
    wait.polls += 1;
    if (value !== undefined && value !== null) wait.outcome = { value, via: 'poll', at: workflowNow() };
    wait.nextAt = workflowNow() + backoff.spread(wait.intervalMs);
    wait.intervalMs = backoff.grow(wait.intervalMs);
  }
}

const isOver = ({ outcome }: Wait): boolean => outcome !== undefined;

function keepEarly({ waits, early }: CallbackState, given: Callback): void {
  const { item, payload } = given;
  if (typeof item !== 'string' || (Object.hasOwn(waits, item) && waits[item]?.outcome)) return;
  const at = workflowNow();
  Object.assign(
    entryOf(early, item, () => ({ payload, at })),
    { payload, at },
  );
  const items = Object.keys(early);
  const [oldest] = items;
  if (items.length <= earlyKept || oldest === undefined) return;
  // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- a table
  delete early[oldest];
  log.warn(`longhaul: more than ${earlyKept} callbacks wait that nobody asked for; the oldest was dropped`, { oldest });
}
