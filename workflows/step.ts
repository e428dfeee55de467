import { TemporalFailure } from '@temporalio/common';
import { isCancellation, log, metricMeter } from '@temporalio/workflow';
import type { ActivityOptions } from '@temporalio/workflow';
import type { Duration } from './duration';
import { checkFunction, checkKnown, checkOneOf } from './options';
import { waitingOn } from './waits';

/** An activity as `proxyActivities` or `proxyLocalActivities` gives it. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- of any arguments
export type StepActivity = (...args: any[]) => Promise<any>;

/** Where a result may be found that an earlier step with the same key has stored, in a store of yours that activities reach. */
export interface StepCache<Result> {
  /** Names the work and all that its result depends on: `summary/${model}/${documentHash}`. */
  key: string;
  /** An activity that looks the key up, and returns the stored value in an object, or nothing. */
  get: (key: string) => Promise<{ value: Result } | undefined | null>;
  /** An activity that stores the value. When it fails the result is used all the same, a warning is logged, and the work is done again next time. */
  put: (key: string, value: Result) => Promise<unknown>;
}

/** How often the server tries an activity again: the SDK's `RetryPolicy`, with lengths of time that the compiler checks. */
export interface StepRetry {
  /** From 1; the first one counts. @default no limit but the activity's own time-outs */
  maximumAttempts?: number;
  /** @default '1 second' */
  initialInterval?: Duration;
  /** @default 2 */
  backoffCoefficient?: number;
  /** @default 100 times the initial interval */
  maximumInterval?: Duration;
  /** Types of `ApplicationFailure` that are not tried again. @default none */
  nonRetryableErrorTypes?: readonly string[];
}

export interface StepOptions<Result> {
  /** What status, usage and log call it. @default 'step' */
  name?: string;

  /**
   * The retry policy of this call, in full: nothing of the one in `proxyActivities` is mixed in. Either way the server is what
   * tries again, and there is no second loop around it. `'never'`: one attempt. @default the policy of `proxyActivities`
   */
  retry?: StepRetry | 'never';

  /** Return a failure as a value, in place of throwing it. A cancellation is thrown all the same. @default false */
  try?: boolean;

  /** Use a stored result where there is one, and store the result where there is none. @default none */
  cache?: StepCache<Result>;

  /**
   * What the step used up, by unit: `({ tokens, cost }) => ({ tokens, cost })`. Summed into `longhaul.status` over all runs, and
   * recorded as the metric `longhaul_step_usage`. Not asked for a result from the cache. Synchronous and pure.
   */
  usage?: (result: Result) => Readonly<Record<string, number>>;
}

/** What a step with `try: true` returns. */
export type StepResult<Result> =
  { readonly ok: true; readonly value: Result } | { readonly ok: false; readonly failure: TemporalFailure };

/** What a step returns under its options. */
export type StepReturn<Result, Options> = Options extends { try: true } ? StepResult<Result> : Result;

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- whatever the activity returns
export type AnyStepOptions = StepOptions<any>;

/** What `run.step` makes of a step: its sums. */
export interface StepRecorder {
  ended(name: string, how: 'done' | 'failed' | 'cached', usage: Readonly<Record<string, number>>): void;
}

/**
 * Calls an activity with its policy where the call is: retries, the failure as a value, a stored result, what it used up.
 *
 * @param activity Of `proxyActivities` or `proxyLocalActivities`. Another async function works too, without `retry`.
 * @throws ActivityFailure when the activity failed for good, unless `try` is true.
 * @throws CancelledFailure, or an ActivityFailure caused by one, when the enclosing cancellation scope is cancelled.
 * @throws TypeError, which fails the workflow task, for `retry` on a function that is no activity.
 * @remarks Records what the activity records; with `cache` one activity before it, and one after it where there was nothing stored.
 *   Each is a Cloud action. `retry` and `usage` record nothing. Wrapping a call in a deployed workflow without `cache` needs no
 *   `patched()`; adding or removing `cache` does.
 */
export async function step<
  F extends StepActivity,
  const Options extends StepOptions<Awaited<ReturnType<F>>> = StepOptions<Awaited<ReturnType<F>>>,
>(
  activity: F,
  args: Parameters<F>,
  options?: Options & StepOptions<Awaited<ReturnType<F>>>,
): Promise<StepReturn<Awaited<ReturnType<F>>, Options>> {
  return (await takeStep(activity, args, options ?? {}, { ended: () => undefined })) as never;
}

/** `step`, as the run or the caller records it. */
export async function takeStep(
  activity: StepActivity,
  args: readonly unknown[],
  options: AnyStepOptions,
  recorder: StepRecorder,
): Promise<unknown> {
  const { name = 'step', cache, usage } = options;
  checkStep(name, activity, options);
  const call = () => schedule(activity, args, name, options.retry);
  const done = waitingOn({ kind: 'step', what: name });
  try {
    const stored: { value: unknown } | null | undefined = await cache?.get(cache.key);
    if (stored) {
      recorder.ended(name, 'cached', {});
      return options.try ? { ok: true, value: stored.value } : stored.value;
    }
    const value: unknown = await call();
    recorder.ended(name, 'done', usage ? record(name, usage(value)) : {});
    if (cache) await store(name, cache, value);
    return options.try ? { ok: true, value } : value;
  } catch (failure) {
    if (!(failure instanceof TemporalFailure) || isCancellation(failure)) throw failure;
    recorder.ended(name, 'failed', {});
    if (options.try) return { ok: false, failure };
    throw failure;
  } finally {
    done();
  }
}

const policy = [
  'maximumAttempts',
  'initialInterval',
  'backoffCoefficient',
  'maximumInterval',
  'nonRetryableErrorTypes',
];

function checkStep(name: string, activity: unknown, options: AnyStepOptions): void {
  const who = `step '${name}'`;
  checkFunction(`${who}: what it calls`, activity, 'an activity of proxyActivities()');
  checkKnown(who, '', options, ['name', 'retry', 'try', 'cache', 'usage']);
  const { retry, cache, usage } = options;
  if (typeof retry === 'string')
    checkOneOf(`${who}: retry`, retry, ['a policy such as { maximumAttempts: 3 }', 'never']);
  else checkKnown(who, 'retry', retry, policy);
  checkKnown(who, 'cache', cache, ['key', 'get', 'put']);
  if (usage !== undefined) checkFunction(`${who}: usage`, usage);
}

async function schedule(
  activity: StepActivity,
  args: readonly unknown[],
  name: string,
  retry: AnyStepOptions['retry'],
): Promise<unknown> {
  if (retry === undefined) return await activity(...args);
  const { executeWithOptions } = activity as {
    executeWithOptions?: (options: ActivityOptions, args: readonly unknown[]) => Promise<unknown>;
  };
  if (!executeWithOptions) {
    throw new TypeError(
      `step '${name}' has \`retry\` and was not given an activity of proxyActivities(): only the server retries, and it retries activities`,
    );
  }
  return await executeWithOptions({ retry: inFull(retry === 'never' ? { maximumAttempts: 1 } : retry) }, args);
}

/** Every field, since the SDK merges this policy into that of the proxy: a mixture is what nobody wrote down. */
function inFull(retry: StepRetry): object {
  const { initialInterval = '1 second', backoffCoefficient = 2, maximumAttempts = Infinity } = retry;
  const { maximumInterval, nonRetryableErrorTypes = [] } = retry;
  return {
    initialInterval,
    backoffCoefficient,
    maximumAttempts,
    maximumInterval,
    nonRetryableErrorTypes,
  };
}

/** The figures that can be summed. One that can't is told and left out: a figure must not stop the work. */
function record(name: string, used: Readonly<Record<string, number>>): Record<string, number> {
  const figures: Record<string, number> = {};
  for (const [unit, amount] of Object.entries(used)) {
    if (!Number.isFinite(amount) || amount < 0) {
      log.warn('longhaul: a usage figure of a step is no number from 0 on, and is left out', { name, unit, amount });
      continue;
    }
    figures[unit] = amount;
    metricMeter.createHistogram('longhaul_step_usage', 'float').record(amount, { step: name, usage: unit });
  }
  return figures;
}

async function store(name: string, { key, put }: StepCache<unknown>, value: unknown): Promise<void> {
  try {
    await put(key, value);
  } catch (failure) {
    if (!(failure instanceof TemporalFailure) || isCancellation(failure)) throw failure;
    log.warn('longhaul: the result of a step could not be stored; the work is done again next time', {
      name,
      key,
      error: failure.message,
    });
  }
}
