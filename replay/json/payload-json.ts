import { isObject, type Json } from './json';
import type { Leniency } from './proto-json';

interface PayloadJson {
  metadata: Record<string, Uint8Array>;
  data: Uint8Array;
}

/** A list of payloads: as protobuf's object, or as the bare list that the HTTP API writes unless it is told otherwise. */
export function payloadsFromJson(json: unknown, leniency: Leniency): { payloads: PayloadJson[] } {
  const inner = isObject(json) && ('payloads' in json || Object.keys(json).length === 0) ? json.payloads : json;
  const list: unknown[] = Array.isArray(inner) ? inner : inner === null || inner === undefined ? [] : [inner];
  return { payloads: list.map((item) => payloadFromJson(item, leniency)) };
}

/**
 * A payload: in protobuf's form, with its bytes; or as the value alone, as the HTTP API and the Web UI write it. Of a value
 * the payload is made again, and need not have the recorded bytes.
 */
export function payloadFromJson(json: unknown, leniency: Leniency): PayloadJson {
  const exact = exactPayload(json);
  if (exact) return exact;
  leniency.payloadsApproximated = true;
  const decoded = isObject(json) && isObject(json.metadata) && 'data' in json ? decodedPayload(json) : undefined;
  if (decoded) return decoded;
  if (json === null || json === undefined) return { metadata: { encoding: text('binary/null') }, data: text('') };
  if (isObject(json) && typeof json._protoMessageType === 'string') {
    const { _protoMessageType: messageType, ...value } = json;
    const metadata = { encoding: text('json/protobuf'), messageType: text(messageType) };
    return { metadata, data: text(JSON.stringify(value)) };
  }
  return { metadata: { encoding: text('json/plain') }, data: text(JSON.stringify(json)) };
}

/** The payload if `json` holds its bytes. */
function exactPayload(json: unknown): PayloadJson | undefined {
  if (!isObject(json) || !isObject(json.metadata)) return undefined;
  const metadata: Record<string, Uint8Array> = {};
  for (const [key, value] of Object.entries(json.metadata)) {
    const bytes = bytesFromJson(value);
    if (!bytes || (key === 'encoding' && !encoding.test(Buffer.from(bytes).toString('latin1')))) return undefined;
    metadata[key] = bytes;
  }
  if (!metadata.encoding) return undefined;
  const data = json.data === undefined || json.data === null ? new Uint8Array() : bytesFromJson(json.data);
  return data && { metadata, data };
}

const encoding = /^[a-z]+\/[a-z\d.+-]+$/;

/** A payload whose metadata, and with it its data, was turned into text. */
function decodedPayload({ metadata, data }: Json): PayloadJson | undefined {
  const told = (metadata as Json).encoding;
  if (typeof told !== 'string' || !encoding.test(told)) return undefined;
  const entries = Object.entries(metadata as Json).map(([key, value]) => [key, text(String(value))] as const);
  const bytes = typeof data === 'string' ? (jsonIn(data) ?? text(JSON.stringify(data))) : text(JSON.stringify(data));
  return { metadata: Object.fromEntries(entries), data: bytes };
}

/** The bytes of text that is JSON, or that is the base64 of JSON. */
function jsonIn(data: string): Uint8Array | undefined {
  for (const candidate of [text(data), Buffer.from(data, 'base64')]) {
    try {
      JSON.parse(candidate.toString('utf8'));
      return candidate;
    } catch {
      // the next one then
    }
  }
  return undefined;
}

/** Bytes as base64 of either alphabet, or as what `JSON.stringify` makes of a `Buffer` or a `Uint8Array`. */
export function bytesFromJson(json: unknown): Uint8Array | undefined {
  if (typeof json === 'string') return /^[\w+/-]*={0,2}$/.test(json) ? Buffer.from(json, 'base64') : undefined;
  const list = isObject(json) ? (json.type === 'Buffer' ? json.data : Object.values(json)) : json;
  if (!Array.isArray(list) || (isObject(json) && json.type !== 'Buffer' && !isIndexed(json))) return undefined;
  return list.every((byte) => Number.isInteger(byte) && byte >= 0 && byte < 256) ? Uint8Array.from(list) : undefined;
}

function isIndexed(json: Json): boolean {
  return Object.keys(json).every((key, index) => key === String(index));
}

function text(value: string): Buffer {
  return Buffer.from(value, 'utf8');
}
