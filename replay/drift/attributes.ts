import type { Payload } from '../proto';

/** What a command says beyond its kind and name, in a form in which the recorded and the issued one can be compared. */
export type Attributes = Record<string, Attribute>;

export type Attribute =
  | { kind: 'text'; value: string }
  | { kind: 'number'; value: number }
  | { kind: 'flag'; value: boolean }
  /** Milliseconds. */
  | { kind: 'duration'; value: number }
  /** A user's value, which reports do not show. */
  | { kind: 'payload'; value: Payload | undefined }
  /** Text that may hold a user's data, which reports do not show. */
  | { kind: 'words'; value: string };

interface DurationLike {
  seconds?: { toString(): string } | number | string | null;
  nanos?: number | null;
}

export function milliseconds(duration: DurationLike | null | undefined): number {
  return Number(String(duration?.seconds ?? 0)) * 1_000 + (duration?.nanos ?? 0) / 1e6;
}

export const text = (value: string | null | undefined): Attribute => ({ kind: 'text', value: value ?? '' });
export const flag = (value: boolean | null | undefined): Attribute => ({ kind: 'flag', value: value ?? false });
export const duration = (value: DurationLike | null | undefined): Attribute => ({
  kind: 'duration',
  value: milliseconds(value),
});

/** `args[0]`, `args[1]`, … */
export function payloads(name: string, list: readonly Payload[] | null | undefined): Attributes {
  return Object.fromEntries((list ?? []).map((value, index) => [`${name}[${index}]`, { kind: 'payload', value }]));
}

/** `memo.customer`, … */
export function payloadMap(name: string, map: Record<string, Payload> | null | undefined): Attributes {
  return Object.fromEntries(
    Object.entries(map ?? {}).map(([key, value]) => [`${name}.${key}`, { kind: 'payload', value }]),
  );
}

export const payload = (value: Payload | null | undefined): Attribute => ({
  kind: 'payload',
  value: value ?? undefined,
});
