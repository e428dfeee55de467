import type { Envelope } from './envelope';

/** Bytes from which on a rollover warns of what it carries. */
export const largeBytes = 512 * 1024;

/** What a server takes by default, less what is around it: the input, and the payload's own fields. */
export const mostBytesByDefault = 2 * 1024 * 1024 - 64 * 1024;

const listed = 5;

/** How large what a run hands on is, as JSON and before any codec. */
export interface CarriedSize {
  bytes: number;
  /** 512 KiB or more. Over `rollOver.mostBytes` the rollover is refused. */
  large: boolean;
  /** The five largest parts, largest first: `state.KEY`, `inboxes.NAME`, `once`, `undeclared`, `deadLetters`, `extensions.NAME`. */
  largest: PartSize[];
}

export interface PartSize {
  part: string;
  bytes: number;
}

/** @returns undefined for what JSON can't write, such as a bigint for which the project has a payload converter. */
export function carriedSize(envelope: Envelope): CarriedSize | undefined {
  const bytes = jsonBytes(envelope);
  if (bytes === undefined) return undefined;
  const { state, inboxes, once, undeclared, deadLetters, extensions } = envelope;
  const parts = [
    ...within('state', state.value),
    ...within('inboxes', inboxes),
    ...within('extensions', extensions),
    ...Object.entries({ once, undeclared, deadLetters }),
  ].map(([part, value]) => ({ part, bytes: jsonBytes(value) ?? 0 }));
  const largest = parts.sort((a, b) => b.bytes - a.bytes).slice(0, listed);
  return { bytes, large: bytes >= largeBytes, largest };
}

/** Whether it may be large, for the price of one `JSON.stringify`: a character has one to three bytes. */
export function mayBeLarge(envelope: Envelope, mostBytes: number): boolean {
  return (stringified(envelope)?.length ?? 0) * 3 >= Math.min(largeBytes, mostBytes);
}

function within(name: string, value: object): [string, unknown][] {
  return Object.entries(value).map(([key, part]) => [`${name}.${key}`, part]);
}

function jsonBytes(value: unknown): number | undefined {
  const text = stringified(value);
  return text === undefined ? undefined : new TextEncoder().encode(text).length;
}

function stringified(value: unknown): string | undefined {
  try {
    return JSON.stringify(value ?? null);
  } catch {
    return undefined;
  }
}
