type Unit = 'ms' | 's' | 'm' | 'h' | 'd' | 'second' | 'minute' | 'hour' | 'day' | 'week';

/** A length of time: milliseconds, or a string such as `'3 days'`. The SDK's own type lets anything pass. */
export type Duration = number | `${number}${'' | ' '}${Unit | `${Exclude<Unit, 'ms' | 's' | 'm' | 'h' | 'd'>}s`}`;
