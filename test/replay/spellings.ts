import { EventType } from '../../replay/proto';
import type { Json } from './support';

// What tools make of protobuf's JSON.

export function pascal(name: string): string {
  const words = name.replace(/^EVENT_TYPE_/, '').toLowerCase();
  return words.replace(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

export function base64url(base64: string): string {
  return base64.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

export function snakeCase(value: unknown): unknown {
  return walk(value, (key, item) => [
    /^[a-z]+[A-Z]/.test(key) ? key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`) : key,
    item,
  ]);
}

const enums: Record<string, unknown> = { ...EventType, TASK_QUEUE_KIND_NORMAL: 1, TASK_QUEUE_KIND_STICKY: 2 };

export function numericEnums(value: unknown): unknown {
  return walk(value, (key, item) => [key, typeof item === 'string' ? (enums[item] ?? item) : item]);
}

/** Bytes and 64-bit numbers as the objects they are in memory. */
export function plainObject(value: unknown): unknown {
  if (value instanceof Uint8Array || value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map(plainObject);
  if ('low' in value && 'high' in value) return { low: value.low, high: value.high, unsigned: false };
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plainObject(item)]));
}

/** Each list of payloads turned into the values that they hold. */
export function mapPayloads(history: Json, change: (decoded: { payloads: unknown[] }) => unknown): unknown {
  return walk(history, (key, item) => {
    const { payloads } = (item ?? {}) as { payloads?: unknown };
    return [key, Array.isArray(payloads) ? change({ payloads: payloads.map(valueOf) }) : item];
  });
}

function valueOf(payload: unknown): unknown {
  const { data = '' } = payload as { data?: string };
  return data === '' ? null : (JSON.parse(Buffer.from(data, 'base64').toString('utf8')) as unknown);
}

function walk(value: unknown, change: (key: string, item: unknown) => [string, unknown]): unknown {
  if (Array.isArray(value)) return value.map((item) => change('', item)[1]).map((item) => walk(item, change));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => {
      const [newKey, newItem] = change(key, item);
      return [newKey, walk(newItem, change)];
    }),
  );
}
