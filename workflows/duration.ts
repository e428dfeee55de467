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
