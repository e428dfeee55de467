import { isObject } from './json';

interface Seconds {
  seconds: unknown;
  nanos: number;
}

/** A point in time as protobuf writes it, or as the object that `JSON.stringify` makes of a fetched history. */
export function timestampFromJson(json: unknown): Seconds | undefined {
  if (typeof json !== 'string') return secondsFromObject(json);
  const match = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/i.exec(json);
  const ms = match ? Date.parse(`${match[1] ?? ''}${match[3] ?? ''}`) : NaN;
  if (Number.isNaN(ms)) return undefined;
  return { seconds: ms / 1_000, nanos: Number((match?.[2] ?? '').padEnd(9, '0')) };
}

/** A length of time as protobuf writes it (`1.5s`), as Go does (`1h0m5s`), or as an object. */
export function durationFromJson(json: unknown): Seconds | undefined {
  if (typeof json !== 'string') return secondsFromObject(json);
  if (!/^-?(?:\d+(?:\.\d+)?(?:h|m|s|ms))+$/.test(json)) return undefined;
  let seconds = 0n;
  let nanos = 0;
  for (const [, whole = '0', fraction = '', unit = 's'] of json.matchAll(/(\d+)(?:\.(\d+))?(ms|h|m|s)/g)) {
    const length = units[unit as keyof typeof units];
    const exact = BigInt(whole) * length + (BigInt(fraction.padEnd(9, '0').slice(0, 9)) * length) / 1_000_000_000n;
    seconds += exact / 1_000_000_000n;
    nanos += Number(exact % 1_000_000_000n);
  }
  const sign = json.startsWith('-') ? -1 : 1;
  return { seconds: sign * (Number(seconds) + Math.floor(nanos / 1e9)), nanos: sign * (nanos % 1e9) };
}

const units = { h: 3_600_000_000_000n, m: 60_000_000_000n, s: 1_000_000_000n, ms: 1_000_000n };

function secondsFromObject(json: unknown): Seconds | undefined {
  if (!isObject(json)) return undefined;
  const { seconds = 0, nanos = 0 } = json;
  const whole =
    typeof seconds === 'number' || (typeof seconds === 'string' && /^-?\d+$/.test(seconds)) || isObject(seconds);
  return whole && typeof nanos === 'number' ? { seconds, nanos } : undefined;
}
