import { createHmac, randomBytes } from 'node:crypto';

/** How much of a user's values a report shows. */
export interface ShownValues {
  /** Show them as they are, for people at a terminal. Otherwise their type, length and a keyed hash. */
  show: boolean;
  /** Makes equal values look equal within one report, and means nothing outside it. */
  key: Uint8Array;
}

export function newKey(): Uint8Array {
  return randomBytes(16);
}

const longest = 200;

/** `string(12) #1f9c2b`; with `show` the value itself, shortened. */
export function shownValue(value: unknown, { show, key }: ShownValues): string {
  if (value === undefined) return 'nothing';
  const json = value instanceof Uint8Array ? Buffer.from(value).toString('base64') : JSON.stringify(value);
  if (show) return json.length > longest ? `${json.slice(0, longest)}… (${json.length} characters)` : json;
  const hash = createHmac('sha256', key).update(json).digest('hex').slice(0, 6);
  return `${typeAndLength(value)} #${hash}`;
}

function typeAndLength(value: unknown): string {
  if (value === null) return 'null';
  if (value instanceof Uint8Array) return `bytes(${value.length})`;
  if (Array.isArray(value)) return `array(${value.length})`;
  if (typeof value === 'object') return `object(${Object.keys(value).length})`;
  return typeof value === 'string' ? `string(${value.length})` : typeof value;
}
