import { longhaulFailure } from '../workflows/failure';
import type { ResumeOptions } from './resume';

export interface CheckpointOptions<C> {
  /** A whole number from 1; raise it when the value's shape changes. @default 1 */
  version?: number;

  /**
   * Checks what the last attempt left and returns it in today's shape; it throws for what it can't read. `version` is the version
   * that the value was written under, 0 for details of a plain `heartbeat()`.
   */
  parse: (value: unknown, version: number) => C;

  /**
   * `migrate[n]` turns a value of version n into one of version n + 1, before `parse`, which then sees today's version alone.
   * Version 0 is what a plain `heartbeat()` left. @default none: `parse` gets older values as they are
   */
  migrate?: Readonly<Record<number, (old: never) => unknown>>;

  /** The largest checkpoint in bytes, as the data converter encodes it. @default 2_000_000, just under the server's limit */
  maxBytes?: number;
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

  /**
   * The pages of a source, from the last checkpoint on: `for await (const page of checkpoint.resume(pages)) …`.
   *
   * A page's cursor becomes the checkpoint when the loop asks for the next page. A page whose body threw, or left the loop by
   * `break`, is handed out again by the next attempt. Between two pages it throws what aborted the attempt's `signal`.
   *
   * @param pages Starts the source behind the cursor of the last page that was done; undefined: at its beginning.
   */
  resume<Page>(
    pages: PageSource<Page, C>,
    options: ResumeOptions<Page, C> & { cursor: (page: Page) => C },
  ): AsyncGenerator<Page, void, undefined>;
  resume<Page extends { readonly cursor: C }>(
    pages: PageSource<Page, C>,
    options?: ResumeOptions<Page, C>,
  ): AsyncGenerator<Page, void, undefined>;
}

/** Starts a source behind a cursor. */
export type PageSource<Page, C> = (from: C | undefined) => AsyncIterable<Page> | Iterable<Page>;

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
  const { value, version } = migrated(found, options);
  try {
    return { value: parse(value, version) };
  } catch (error) {
    throw refused(`could not be read: ${messageOf(error)}`, error);
  }
}

function migrated<C>(
  found: { version: number; value: unknown },
  { migrate, version: known = 1 }: CheckpointOptions<C>,
): { version: number; value: unknown } {
  if (!migrate) return found;
  let { value } = found;
  for (let from = found.version; from < known; from += 1) {
    const step = migrate[from];
    if (!step) {
      throw refused(
        `has version ${found.version}, and checkpoint.migrate has no ${from}. Add checkpoint.migrate[${from}], which turns version ${from} into ${from + 1}`,
      );
    }
    try {
      value = step(value as never);
    } catch (error) {
      throw refused(`could not be migrated from version ${from}: ${messageOf(error)}`, error);
    }
  }
  return { value, version: known };
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

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
