const units: [ms: number, one: string][] = [
  [86_400_000, 'day'],
  [3_600_000, 'hour'],
  [60_000, 'minute'],
  [1_000, 'second'],
];

/** `45 seconds`, `1 day`, `3.5 hours`. */
export function lengthText(ms: number): string {
  const [size, unit] = units.find(([least]) => ms >= least) ?? [1, 'ms'];
  const value = Math.round((ms / size) * 10) / 10;
  return size === 1 ? `${value} ms` : `${value} ${unit}${value === 1 ? '' : 's'}`;
}

/** `1 history`, `3 histories`. */
export function countOf(count: number, one: string, more: string): string {
  return `${count.toLocaleString('en-US')} ${count === 1 ? one : more}`;
}

/** A workflow type as a key of an object in code. */
export const keyOf = (type: string): string =>
  /^[\p{ID_Start}_$][\p{ID_Continue}$]*$/u.test(type) ? type : `'${type.replace(/[\\']/g, '\\$&')}'`;
