import { msToNumber } from '@temporalio/common/lib/time';
import type { Duration } from '../workflows/duration';

/**
 * `duration` in milliseconds.
 *
 * @throws TypeError, naming `option`, for what is no length of time or shorter than `leastMs`.
 */
export function milliseconds(option: string, duration: Duration, leastMs = 1): number {
  let ms: number;
  try {
    ms = msToNumber(duration);
  } catch {
    ms = NaN;
  }
  if (ms >= leastMs) return ms;
  throw new TypeError(
    `longActivity: ${option} is ${typeof duration === 'string' ? `'${duration}'` : String(duration)}; use milliseconds from ${leastMs}, or a string such as '45 seconds'`,
  );
}
