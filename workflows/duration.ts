import { msToNumber } from '@temporalio/common/lib/time';
import { shown } from './options';

type Unit =
  | 'ms' | 'millisecond' | 'milliseconds'
  | 's' | 'second' | 'seconds'
  | 'm' | 'minute' | 'minutes'
  | 'h' | 'hour' | 'hours'
  | 'd' | 'day' | 'days'
  | 'w' | 'week' | 'weeks'; // prettier-ignore

/**
 * A length of time: milliseconds, or a string such as `'45 seconds'`.
 *
 * The SDK's own `Duration` resolves to `any` under node16 resolution, which lets `{}` through.
 */
export type Duration = number | `${number}${Unit}` | `${number} ${Unit}`;

// A timer can't be longer than this on any server.
const hundredYearsMs = 100 * 365 * 86_400_000;

/**
 * A length of time in milliseconds.
 *
 * The SDK's parser says neither which option is wrong nor what to write, and lets negative lengths pass.
 *
 * @throws TypeError, naming `what`, for what is no length of time, or out of range.
 */
export function lengthOfTime(
  what: string,
  value: Duration,
  { least = 1, most = hundredYearsMs }: { least?: number; most?: number } = {},
): number {
  let ms: number;
  try {
    ms = msToNumber(value);
  } catch {
    ms = Number.NaN;
  }
  if (ms >= least && ms <= most) return ms;
  throw new TypeError(
    `${what} is ${shown(value)}; use milliseconds from ${Math.max(0, least)}, or a string such as '45 seconds'`,
  );
}
