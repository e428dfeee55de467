import { longhaulFailure } from '../workflows/failure';

export interface CheckpointOptions<C> {
  /** A whole number from 1; raise it when the value's shape changes. @default 1 */
  version?: number;

  /**
   * Checks what the last attempt left and returns it in today's shape; it throws for what it can't read. `version` is the version
   * that the value was written under, 0 for details of a plain `heartbeat()`.
   */
  parse: (value: unknown, version: number) => C;
}

/** An activity's durable progress. The newest value rides on each beat, and the next attempt begins with it. */
export interface Checkpoint<C> {
  /** The newest value, of this attempt or an earlier one; undefined when there is none yet. `0` and `''` are values. */
  readonly last: C | undefined;

  /** Keeps the value for the next beat. Costs no call of its own; a crash before that beat loses it. */
  save(value: C): void;

  /**
   * Returns once the server has the value: no crash loses it then. Commits closer than `minCommitInterval` share one call.
   *
   * @throws ApplicationFailure `LonghaulSuperseded` when the server no longer waits for this attempt.
   */
  commit(value: C): Promise<void>;
}

/** What a beat carries. The first one says that the attempt has begun; from the first checkpoint on each carries the newest. */
export type Details = { longhaul: 'started' } | { longhaul: 'checkpoint'; version: number; value: unknown };

export const started: Details = { longhaul: 'started' };

/**
 * Reads what the last attempt left.
 *
 * @throws ApplicationFailure `LonghaulCheckpoint`, retryable, for what this code can't read.
 */
export function readCheckpoint<C>(
  details: unknown,
  options: CheckpointOptions<C> | undefined,
): { value: C } | undefined {
  if (details === undefined || details === null || !options) return undefined;
  const found = asCheckpoint(details);
  if (!found) return undefined;
  const { version: known = 1, parse } = options;
  if (found.version > known) {
    throw refused(`was written as version ${found.version}; this worker knows up to ${known}. Upgrade this worker`);
  }
  try {
    return { value: parse(found.value, found.version) };
  } catch (error) {
    throw refused(`could not be read: ${error instanceof Error ? error.message : String(error)}`, error);
  }
}

function asCheckpoint(details: unknown): { version: number; value: unknown } | undefined {
  if (typeof details === 'object' && details !== null && 'longhaul' in details) {
    const { longhaul, version, value } = details as { longhaul: unknown; version?: unknown; value?: unknown };
    if (longhaul === 'started') return undefined;
    if (longhaul === 'checkpoint' && typeof version === 'number') return { version, value };
    throw refused('is of an unknown format. Upgrade this worker');
  }
  return { version: 0, value: details };
}

function refused(why: string, cause?: unknown) {
  return longhaulFailure('LonghaulCheckpoint', `The checkpoint of the last attempt ${why}`, {
    retryable: true,
    ...(cause instanceof Error ? { cause } : {}),
  });
}
