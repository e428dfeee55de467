import { longhaulFailure } from '../workflows/failure';

/** What a store knows of an effect when an attempt wants to do it. */
export type EffectState =
  /** Nobody has begun it; it is this attempt's now. */
  | { state: 'new' }
  /** An older attempt has begun it and did not come back: it may have happened. It is this attempt's now. */
  | { state: 'unknown' }
  /** It has been done. */
  | { state: 'done'; result: unknown }
  /** A newer attempt has begun it. */
  | { state: 'fenced' };

/** Where effects are remembered: a table with the key as its primary key, in a database of the user's. */
export interface EffectStore {
  /**
   * Claims the effect for an attempt, in one atomic step. An unfinished one belongs to the highest `fence` that has claimed it:
   * with a lower fence the answer is `fenced`, and nothing changes.
   */
  begin(key: string, fence: number): Promise<EffectState>;

  /** Keeps the result if the effect still belongs to `fence`, in one atomic step. @returns whether it did. */
  complete(key: string, fence: number, result: unknown): Promise<boolean>;
}

export interface EffectOptions {
  store: EffectStore;
  /** As `job.idempotencyKey(step)` gives it. */
  key: string;
  /** As `job.fence` gives it. */
  fence: number;
}

/**
 * Does `work` once for a key, over attempts, crashes and rollovers, and returns its result each time.
 *
 * No store can know whether a call to the outside happened when the process died in it. Such an effect is done again, and `work` is
 * told by `mayHaveHappened`: it can ask the other side, or send the same key, by which the other side drops the second one.
 *
 * @param work Its result must be what the store can keep.
 * @throws ApplicationFailure `LonghaulSuperseded`, retryable, when a newer attempt has begun the effect.
 */
export async function effect<R>(
  { store, key, fence }: EffectOptions,
  work: (known: { mayHaveHappened: boolean }) => Promise<R>,
): Promise<R> {
  const begun = await store.begin(key, fence);
  if (begun.state === 'done') return begun.result as R;
  if (begun.state === 'fenced') throw fenced(key);
  const result = await work({ mayHaveHappened: begun.state === 'unknown' });
  if (!(await store.complete(key, fence, result))) throw fenced(key);
  return result;
}

function fenced(key: string) {
  return longhaulFailure('LonghaulSuperseded', `A newer attempt has begun the effect ${key}; this one must stop`, {
    retryable: true,
  });
}
