import { isPayload, isPayloads, type Payload } from '../proto';

/** Payloads that belong together: the arguments of one call, or one value by itself. */
export interface PayloadGroup {
  readonly payloads: Payload[];
  /** Puts others in their place. */
  replace: (payloads: Payload[]) => void;
}

/** Every payload in a decoded event, wherever it stands. */
export function payloadsOf(message: object): PayloadGroup[] {
  const groups: PayloadGroup[] = [];
  for (const [field, value] of Object.entries(message) as [keyof typeof message, unknown][]) {
    if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) continue;
    if (isPayloads(value)) {
      groups.push({ payloads: value.payloads, replace: (payloads) => (value.payloads = payloads) });
    } else if (isPayload(value)) {
      const replace = ([payload]: Payload[]): void => {
        if (payload) Object.assign(message, { [field]: payload });
      };
      groups.push({ payloads: [value], replace });
    } else {
      groups.push(...payloadsOf(value));
    }
  }
  return groups;
}

/** The encoding that a payload names, such as `json/plain`. */
export function encodingOf({ metadata }: Payload): string {
  const encoding = metadata?.encoding;
  return encoding ? Buffer.from(encoding).toString('utf8') : '';
}

/** Encodings that the SDK's own converters make; what has none of these may be encoded, or is a converter's of the user. */
export const plainEncodings: ReadonlySet<string> = new Set([
  '',
  'binary/null',
  'binary/plain',
  'json/plain',
  'json/protobuf',
  'binary/protobuf',
]);
