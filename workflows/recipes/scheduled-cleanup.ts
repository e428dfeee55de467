import { defineQuery, setHandler } from '@temporalio/workflow';
import { ActivityFailure } from '@temporalio/common';
import { activityOutcome } from '../activity-outcome';
import type { Duration } from '../duration';
import { checkOneOf } from '../options';
import { workflowNow } from '../workflow-now';
import { checkRecipe, isCutOff, milliseconds, pause, recipeState, wholeNumber } from './recipe-run';
import type { RecipeRun } from './recipe-run';

/** What one activity of a round did. */
export interface CleanupPart<Cursor> {
  /** Where the next activity goes on; absent when the round is done. */
  next?: Cursor;
  /** How much it cleaned up, for the report. */
  removed?: number;
}

export interface CleanupRound {
  /** When it was due and when it began and ended, in milliseconds since the epoch. */
  dueAt: number;
  beganAt: number;
  endedAt?: number;
  parts: number;
  removed: number;
  error?: string;
}

export interface ScheduledCleanupOptions<Cursor> {
  /** How far apart rounds begin. */
  every: Duration;

  /** When, counted from midnight UTC of 1970-01-01: `'3 hours'` with `every: '1 day'` is at 03:00 UTC. @default at midnight */
  offset?: Duration;

  /**
   * Cleans up a part, from where the last one stopped: a `longActivity`. It should return after some minutes, with where to go on.
   * After it was timed out, stalled or was handed over the next one gets its last checkpoint.
   */
  work: (from: Cursor | undefined, round: CleanupRound) => Promise<CleanupPart<Cursor>>;

  /**
   * What is done about rounds whose time passed while the last one went on or no worker was there: none of them, one for all, or
   * each of them, one after the other. @default 'one'
   */
  catchUp?: 'none' | 'one' | 'all';

  /** How many are made up for with `catchUp: 'all'`; the oldest are left out. @default 10 */
  maxCatchUp?: number;

  /** Whether a round that failed ends the workflow with its failure. Else the next one goes on where it stopped. @default false */
  failFast?: boolean;

  /** Ends after so many rounds. @default never */
  rounds?: number;
}

export interface CleanupReport {
  rounds: number;
  failed: number;
  /** Rounds left out under the catch-up policy. */
  skipped: number;
  removed: number;
  /** When the next one is due, in milliseconds since the epoch. */
  nextAt: number;
  /** The one under way. */
  current: CleanupRound | null;
  /** The last 20, newest last. */
  last: CleanupRound[];
}

interface CleanupState {
  version: 1;
  nextAt: number;
  cursor?: unknown;
  current?: CleanupRound;
  rounds: number;
  failed: number;
  skipped: number;
  removed: number;
  last: CleanupRound[];
}

/** How a scheduled clean-up stands. A query records nothing. */
export const cleanupQuery = defineQuery<CleanupReport>('longhaul.cleanup');

const roundsKept = 20;

/**
 * Cleans up at regular times, for ever, over rollovers; never two rounds at once.
 *
 * Its own timer rather than a Temporal Schedule: a schedule starts a new workflow each time, by default leaves a round out without a
 * word while the last one hangs, and knows nothing of where that one stopped. Here one workflow owns the cursor, the catch-up is a
 * choice that the report counts, and a round that failed half-way is gone on with. For times by the calendar or in a time zone let a
 * schedule start a workflow with `rounds: 1`.
 *
 * @param key Tells this clean-up from others of the same body.
 * @returns the report, after `rounds`.
 * @throws the failure of a round, with `failFast`.
 * @remarks Records one timer a round and one activity a part. Adding or removing a call in a deployed workflow needs `patched()`;
 *   another `every` or `offset` holds from the round after the next one on and needs none. Costs one Temporal Cloud action a
 *   round and one a part, beside the heartbeats.
 */
export async function scheduledCleanup<Cursor>(
  run: RecipeRun,
  key: string,
  options: ScheduledCleanupOptions<Cursor>,
): Promise<CleanupReport> {
  const known = ['every', 'offset', 'work', 'catchUp', 'maxCatchUp', 'failFast', 'rounds'];
  checkRecipe('scheduledCleanup', options, known, ['work']);
  if (options.catchUp !== undefined) checkOneOf('scheduledCleanup: catchUp', options.catchUp, ['none', 'one', 'all']);
  const { work, catchUp = 'one', failFast = false, rounds = Infinity } = options;
  const everyMs = milliseconds('scheduledCleanup', 'every', options.every);
  const offsetMs = options.offset === undefined ? 0 : milliseconds('scheduledCleanup', 'offset', options.offset);
  const most = wholeNumber('scheduledCleanup', 'maxCatchUp', options.maxCatchUp ?? 10);
  if (rounds !== Infinity) wholeNumber('scheduledCleanup', 'rounds', rounds);
  const slotAfter = (time: number) => (Math.floor((time - offsetMs) / everyMs) + 1) * everyMs + offsetMs;
  const state = recipeState<CleanupState>(run, 'scheduledCleanup', key, () => ({
    version: 1,
    nextAt: slotAfter(workflowNow()),
    rounds: 0,
    failed: 0,
    skipped: 0,
    removed: 0,
    last: [],
  }));
  setHandler(cleanupQuery, () => report(state));
  while (state.rounds < rounds) {
    if (!state.current) {
      await pause(run, { at: state.nextAt });
      leaveOut();
      // Left out as too late: there is a next one to wait for.
      if (state.nextAt > workflowNow()) continue;
      state.current = { dueAt: state.nextAt, beganAt: workflowNow(), parts: 0, removed: 0 };
      state.nextAt = catchUp === 'all' ? state.nextAt + everyMs : slotAfter(workflowNow());
    }
    await doRound(state.current);
  }
  return report(state);

  /** Counts and passes over the rounds that the policy does not make up for. */
  function leaveOut(): void {
    const now = workflowNow();
    const missed = Math.floor((now - state.nextAt) / everyMs);
    if (missed < 1) return;
    // The newest slot stands for the missed ones with 'one'; with 'none' none does.
    const passed = catchUp === 'all' ? Math.max(0, missed + 1 - most) : catchUp === 'one' ? missed : missed + 1;
    state.skipped += passed;
    state.nextAt += passed * everyMs;
  }

  async function doRound(round: CleanupRound): Promise<void> {
    try {
      do {
        await run.safePoint();
        await run.hold(async () => {
          const { next, removed = 0 } = await work(state.cursor as Cursor | undefined, { ...round });
          round.parts += 1;
          round.removed += removed;
          state.cursor = next ?? undefined;
        });
      } while (state.cursor !== undefined);
    } catch (error) {
      if (!(error instanceof ActivityFailure) || isCutOff(error)) throw error;
      round.error = error.cause?.message ?? error.message;
      state.failed += 1;
      const reached = checkpointOf(error);
      if (reached !== undefined) state.cursor = reached;
      if (failFast) {
        end(round);
        throw error;
      }
    }
    end(round);
  }

  function end(round: CleanupRound): void {
    round.endedAt = workflowNow();
    state.rounds += 1;
    state.removed += round.removed;
    state.last.push(round);
    if (state.last.length > roundsKept) state.last.shift();
    delete state.current;
  }
}

/** The last checkpoint of a `longActivity` that did not come to its end. */
function checkpointOf(failure: ActivityFailure): unknown {
  const reached = activityOutcome(failure);
  return reached?.outcome === 'atCheckpoint' ? reached.checkpoint : undefined;
}

function report({ rounds, failed, skipped, removed, nextAt, current, last }: CleanupState): CleanupReport {
  return { rounds, failed, skipped, removed, nextAt, current: current ? { ...current } : null, last: [...last] };
}
