import { log } from '@temporalio/workflow';
import { lengthOfTime } from '../duration';
import type { Duration } from '../duration';
import { longhaulFailure } from '../failure';
import { workflowNow } from '../workflow-now';
import { backoffOf } from './backoff';
import type { BackoffOptions } from './backoff';
import { checkRecipe, milliseconds, pause, recipeState } from './recipe-run';
import type { RecipeRun } from './recipe-run';

export interface PollOptions<T> extends BackoffOptions {
  /** Asks once: one short activity. Its own retry policy is for a system that can't be reached. */
  check: () => Promise<T>;

  /** Whether the answer ends the polling. Pure. */
  until: (answer: T) => boolean;

  /** How long to go on, from the first poll over all runs. At the deadline it polls once more. @default for ever */
  timeout?: Duration;

  /** What is awaited, in a few words; it ends the failure message. @default the key */
  what?: string;

  /**
   * When the polled system wants to be asked again, such as its `Retry-After`; overrides the interval, up and down. 0 is at once. What is
   * no length of time is logged, and the interval holds.
   */
  retryAfter?: (answer: T) => Duration | undefined;

  /** How far the polled system has come. Where it differs from the last poll's, the interval begins anew at `every`. */
  progress?: (answer: T) => string | number;
}

interface PollState {
  version: 1;
  polls: number;
  intervalMs: number;
  nextAt: number;
  deadlineAt?: number;
  progress?: string | number;
  answer?: { value: unknown };
}

/**
 * Polls until the answer is the awaited one, and returns that answer, in each later run too.
 *
 * An activity that polls in a loop holds a worker's slot for days, and starts from its first interval after each deploy. This
 * waits in the workflow, whose timers cost nothing to hold, and carries the interval and the deadline over rollovers.
 *
 * @param key Tells this poll from others of the same body.
 * @throws ApplicationFailure `LonghaulDeadline`, non-retryable, when `timeout` runs out first.
 * @throws what `check` threw, once its own retries are used up.
 * @remarks Records one activity per poll and one timer between two, and draws one random number per interval. Adding or
 *   removing a call in a deployed workflow needs `patched()`; changed intervals hold from the next poll on and need none.
 *   Costs two Temporal Cloud actions per poll: the activity and the timer.
 */
export async function poll<T>(run: RecipeRun, key: string, options: PollOptions<T>): Promise<T> {
  const known = [
    'check',
    'until',
    'timeout',
    'what',
    'retryAfter',
    'progress',
    'every',
    'maxEvery',
    'backoff',
    'jitter',
  ];
  checkRecipe('poll', options, known, ['check', 'until']);
  const { check, until, timeout, what = key, retryAfter = () => undefined, progress } = options;
  const backoff = backoffOf('poll', options);
  const state = recipeState<PollState>(run, 'poll', key, () => ({
    version: 1,
    polls: 0,
    intervalMs: backoff.firstMs,
    nextAt: workflowNow(),
    ...(timeout === undefined ? {} : { deadlineAt: workflowNow() + milliseconds('poll', 'timeout', timeout) }),
  }));
  while (!state.answer) {
    await pause(run, { at: state.nextAt });
    await run.hold(async () => {
      const answer = await check();
      state.polls += 1;
      if (until(answer)) {
        state.answer = { value: answer };
        return;
      }
      const now = workflowNow();
      const { deadlineAt = Infinity } = state;
      if (now >= deadlineAt) {
        throw longhaulFailure(
          'LonghaulDeadline',
          `Polled ${state.polls} times for ${what}, which did not come in time`,
          {
            details: [{ timeout, what, polls: state.polls, answer }],
          },
        );
      }
      state.nextAt = Math.min(deadlineAt, now + nextInterval(answer));
    });
  }
  return state.answer.value as T;

  function nextInterval(answer: T): number {
    // An answer is JSON, in which what is not there may be null.
    const asked = retryAfter(answer) ?? undefined;
    const reached = progress?.(answer);
    if (reached !== undefined && reached !== state.progress) {
      state.intervalMs = backoff.firstMs;
      state.progress = reached;
    }
    const interval = state.intervalMs;
    state.intervalMs = backoff.grow(interval);
    const askedMs = asked === undefined ? undefined : lengthAsked(asked);
    return askedMs ?? backoff.spread(interval);
  }
}

/** What another system answered must not fail the workflow task for ever, whatever it is. */
function lengthAsked(asked: Duration): number | undefined {
  try {
    return Math.ceil(lengthOfTime('poll: retryAfter', asked, { least: 0 }));
  } catch (error) {
    log.warn('longhaul: the polled system asks to wait for what is no length of time', { error: String(error) });
    return undefined;
  }
}
