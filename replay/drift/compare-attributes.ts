import { isDeepStrictEqual } from 'node:util';
import type { Payload } from '../proto';
import type { AttributePair } from './attribute-pairs';
import type { Attribute } from './attributes';
import { type ShownValues, shownValue } from './shown-value';

export interface Difference {
  /** What differs, such as `args[0].price` or `startToCloseTimeout`. */
  path: string;
  recorded: string;
  actual: string;
}

/** Whether two values of payloads that are not equal mean the same all the same. */
export type IsSame = (recorded: unknown, actual: unknown) => boolean;

export function differences({ recorded, issued }: AttributePair, values: ShownValues, isSame: IsSame): Difference[] {
  const paths = new Set([...Object.keys(recorded), ...Object.keys(issued)]);
  return [...paths].flatMap((path) => differ(path, recorded[path], issued[path], values, isSame));
}

function differ(
  path: string,
  recorded: Attribute | undefined,
  issued: Attribute | undefined,
  values: ShownValues,
  isSame: IsSame,
): Difference[] {
  if (recorded?.kind === 'payload' || issued?.kind === 'payload') {
    return payloadsDiffer(path, payloadOf(recorded), payloadOf(issued), values, isSame);
  }
  if (recorded?.value === issued?.value) return [];
  return [{ path, recorded: shown(recorded, values), actual: shown(issued, values) }];
}

function payloadOf(attribute: Attribute | undefined): Payload | undefined {
  return attribute?.kind === 'payload' ? attribute.value : undefined;
}

/** Options are shown as they are, since they are code; what may be a user's data is not. */
function shown(attribute: Attribute | undefined, values: ShownValues): string {
  if (!attribute) return 'nothing';
  switch (attribute.kind) {
    case 'payload':
    case 'words':
      return shownValue(attribute.value, values);
    case 'duration':
      return `${attribute.value / 1_000} s`;
    default:
      return attribute.value === '' ? 'nothing' : String(attribute.value);
  }
}

function payloadsDiffer(
  path: string,
  recorded: Payload | undefined,
  issued: Payload | undefined,
  values: ShownValues,
  isSame: IsSame,
): Difference[] {
  const was = valueOf(recorded);
  const now = valueOf(issued);
  const encodings = [recorded, issued].map((payload) => payload && encodingOf(payload));
  // A missing payload and one that holds nothing are the same to code.
  if (encodings[0] !== encodings[1] && !(isNothing(encodings[0]) && isNothing(encodings[1]))) {
    if (!isDeepStrictEqual(was, now)) {
      return [{ path, recorded: shownValue(was, values), actual: shownValue(now, values) }];
    }
    return [{ path, recorded: encodings[0] ?? 'nothing', actual: encodings[1] ?? 'nothing' }];
  }
  return valuesDiffer(path, was, now, values, isSame);
}

const isNothing = (encoding: string | undefined): boolean => encoding === undefined || encoding === 'binary/null';

function encodingOf({ metadata }: Payload): string {
  return Buffer.from(metadata?.encoding ?? []).toString('utf8');
}

/** The value of a JSON payload; the bytes of any other. */
function valueOf(payload: Payload | undefined): unknown {
  if (!payload || encodingOf(payload) === 'binary/null') return undefined;
  const data = Buffer.from(payload.data ?? []);
  if (!encodingOf(payload).startsWith('json/')) return new Uint8Array(data);
  try {
    return JSON.parse(data.toString('utf8')) as unknown;
  } catch {
    return new Uint8Array(data);
  }
}

/** Goes into objects and lists, so that a report names the field and not the whole argument. */
function valuesDiffer(path: string, was: unknown, now: unknown, values: ShownValues, isSame: IsSame): Difference[] {
  if (isDeepStrictEqual(was, now) || isSame(was, now)) return [];
  if (isContainer(was) && isContainer(now) && Array.isArray(was) === Array.isArray(now)) {
    const keys = new Set([...Object.keys(was), ...Object.keys(now)]);
    const at = (key: string) => (Array.isArray(was) ? `${path}[${key}]` : `${path}.${key}`);
    return [...keys].flatMap((key) => valuesDiffer(at(key), was[key], now[key], values, isSame)).slice(0, 10);
  }
  return [{ path, recorded: shownValue(was, values), actual: shownValue(now, values) }];
}

function isContainer(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !(value instanceof Uint8Array);
}
