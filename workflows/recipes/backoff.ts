import type { Duration } from '../duration';
import { random } from '../random';
import { milliseconds } from './recipe-run';

export interface BackoffOptions {
  /** How long after the first poll the second one is. @default '5 seconds' */
  every?: Duration;

  /** The longest time between two polls. @default '5 minutes' */
  maxEvery?: Duration;

  /** What the interval grows by from poll to poll; 1 keeps it. At least 1. @default 2 */
  backoff?: number;

  /** The part of each interval that chance may take away, from 0 to 1, so that many workflows don't poll at once. @default 0.1 */
  jitter?: number;
}

export interface Backoff {
  readonly firstMs: number;
  /** The interval after `intervalMs`. */
  grow(intervalMs: number): number;
  /** `intervalMs` less what chance takes away. Draws from the workflow's random stream unless the jitter is 0. */
  spread(intervalMs: number): number;
}

/** @throws TypeError when an option is out of range. */
export function backoffOf(recipe: string, options: BackoffOptions): Backoff {
  const { every = '5 seconds', maxEvery = '5 minutes', backoff = 2, jitter = 0.1 } = options;
  const firstMs = milliseconds(recipe, 'every', every);
  // A first interval above the default ceiling is meant as it stands.
  const ceiling = options.maxEvery === undefined ? firstMs : 0;
  const mostMs = Math.max(milliseconds(recipe, 'maxEvery', maxEvery), ceiling);
  if (mostMs < firstMs) {
    throw new TypeError(`${recipe}: maxEvery (${String(maxEvery)}) is shorter than every (${String(every)})`);
  }
  if (!(backoff >= 1 && backoff <= 1_000)) throw new TypeError(`${recipe}: backoff is ${backoff}; use 1 to 1000`);
  if (!(jitter >= 0 && jitter <= 1)) throw new TypeError(`${recipe}: jitter is ${jitter}; use 0 to 1`);
  return {
    firstMs,
    grow: (intervalMs) => Math.min(mostMs, intervalMs * backoff),
    spread: (intervalMs) => Math.max(1, Math.round(jitter === 0 ? intervalMs : intervalMs * (1 - jitter * random()))),
  };
}
