import { CancellationScope, sleep } from '@temporalio/workflow';
import { msToNumber } from '@temporalio/common/lib/time';
import { lengthOfTime } from './duration';
import type { Duration } from './duration';
import type { Entry } from './envelope';
import type { InboxBuffer } from './inbox-buffer';
import { isNonRetryable } from './item-failure';
import { checkKnown } from './options';
import { random } from './random';
import { workflowNow } from './workflow-now';

export interface RetryOptions {
  /** How often an item is tried in all, the first time included: from 1 to 1,000. */
  attempts: number;
  /** How long the first wait is. @default '1 second' */
  initialInterval?: Duration;
  /** By how much each wait is longer than the one before, from 1 on. @default 2 */
  backoff?: number;
  /** The longest wait. @default '5 minutes' */
  maxInterval?: Duration;
  /** Which part of each wait is left to chance, from 0 to 1, so that what failed together does not come back together. @default 0 */
  jitter?: number;
}

/** @throws TypeError for options that are out of range. */
export function checkRetry(name: string, retry: RetryOptions): void {
  const known = ['attempts', 'initialInterval', 'backoff', 'maxInterval', 'jitter'];
  checkKnown(`inbox '${name}'`, 'retry', retry, known);
  const { attempts, backoff = 2, jitter = 0, ...intervals } = retry;
  const refuse = (what: string, use: string) => {
    throw new TypeError(`inbox '${name}': retry.${what}; use ${use}`);
  };
  if (!Number.isInteger(attempts) || attempts < 1 || attempts > 1_000) {
    refuse(`attempts is ${String(attempts)}`, 'a whole number from 1 to 1000');
  }
  if (!(backoff >= 1 && backoff < Infinity)) refuse(`backoff is ${backoff}`, 'a number of at least 1');
  if (!(jitter >= 0 && jitter <= 1)) refuse(`jitter is ${jitter}`, 'a number from 0 to 1');
  for (const [key, value] of Object.entries<Duration | undefined>(intervals)) {
    if (value !== undefined) lengthOfTime(`inbox '${name}': retry.${key}`, value, { most: Infinity });
  }
}

/**
 * Items that wait for another attempt.
 *
 * Each waits in its inbox and is not leased, so that neither its lane nor a rollover waits with it. Attempts and time travel with the
 * item; a new run starts a timer for what is left.
 */
export class Retries<T> {
  private readonly scope = new CancellationScope();
  private readonly delayed = new Set<Entry<T>>();

  constructor(
    private readonly buffer: InboxBuffer<T>,
    private readonly options: RetryOptions,
  ) {
    for (const entry of buffer.waiting) {
      const leftMs = (entry.retryAt ?? 0) - workflowNow();
      if (leftMs > 0) this.delay(entry, leftMs);
    }
  }

  isDelayed(entry: Entry<T>): boolean {
    return this.delayed.has(entry);
  }

  /** Puts a failed item back for another attempt. @returns false if it has had its last. */
  again(entry: Entry<T>, error: unknown): boolean {
    const { attempts = 1 } = entry;
    if (attempts >= this.options.attempts || isNonRetryable(error)) return false;
    const delayMs = this.delayAfter(attempts);
    entry.retryAt = workflowNow() + delayMs;
    this.buffer.giveBack([entry]);
    this.delay(entry, delayMs);
    return true;
  }

  /** Cancels the timers; what they waited for keeps its time. */
  end(): void {
    this.scope.cancel();
  }

  private delayAfter(attempts: number): number {
    const { initialInterval = '1 second', backoff = 2, maxInterval = '5 minutes', jitter = 0 } = this.options;
    const fullMs = Math.min(msToNumber(maxInterval), msToNumber(initialInterval) * backoff ** (attempts - 1));
    // A draw shifts all later ones of the workflow, so there is none where it would not count.
    return Math.max(1, Math.round(jitter > 0 ? fullMs * (1 - jitter * random()) : fullMs));
  }

  private delay(entry: Entry<T>, delayMs: number): void {
    this.delayed.add(entry);
    void this.scope.run(() => sleep(delayMs)).then(
      () => this.delayed.delete(entry),
      // Cancelled with the loop.
      () => undefined,
    ); // prettier-ignore
  }
}
