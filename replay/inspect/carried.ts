import type { PayloadsLike } from './event-attributes';
import type { Carried } from './inspection';
import type { PayloadReader } from './payload-reader';

/** The parts of an envelope that are read here; see docs/protocol.md. */
export interface EnvelopeLike {
  longhaul: 'envelope';
  protocol: number;
  run: number;
  cause: string;
  limits?: { events?: number; bytes?: number; signals?: number };
  inboxes?: Record<string, { items?: unknown[] }>;
  deadLetters?: unknown[];
  undeclared?: { signal: string }[];
}

/** The envelope among the arguments of a run; undefined where longhaul wrote none, or it can't be read. */
export async function envelopeIn(input: PayloadsLike, reader: PayloadReader): Promise<EnvelopeLike | undefined> {
  const second = await reader.json(input?.payloads?.[1]);
  return (second as EnvelopeLike | undefined)?.longhaul === 'envelope' ? (second as EnvelopeLike) : undefined;
}

export async function carriedIn(input: PayloadsLike, reader: PayloadReader): Promise<Carried> {
  const bytes = (input?.payloads ?? []).reduce((sum, { data }) => sum + (data?.length ?? 0), 0);
  const envelope = await envelopeIn(input, reader);
  if (!envelope) return { bytes };
  const { protocol, run, cause, inboxes = {}, deadLetters = [], undeclared = [] } = envelope;
  const parts = Object.entries(envelope)
    .map(([part, value]) => ({ part, bytes: Buffer.byteLength((JSON.stringify(value) as string | undefined) ?? '') }))
    .filter((part) => part.bytes > 2)
    .sort((a, b) => b.bytes - a.bytes);
  const waiting = Object.entries(inboxes).map(([name, { items = [] }]) => [name, items.length] as const);
  return {
    bytes,
    envelope: {
      protocol,
      run,
      cause,
      parts,
      inboxes: Object.fromEntries(waiting),
      deadLetters: deadLetters.length,
      undeclared: undeclared.length,
    },
  };
}
