import { isUtf8 } from 'node:buffer';

/** What would break a line, steer a terminal, or reorder what is shown: controls, line separators, bidi marks. */
const unprintable = /[\p{Cc}\p{Zl}\p{Zp}\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu;

/** A backslash that reads as an escape must be escaped itself; any other backslash stays. */
const ambiguousBackslash = /\\(?=x[0-9A-F]{2})/g;

const escapeSequence = /\\x([0-9A-F]{2})/g;

/**
 * Turns the bytes of a path into text that fits JSON and one line of a terminal, and that `toBytes` turns back exactly.
 *
 * Valid UTF-8 without control characters stays as it is. Every other byte becomes `\xHH`: file names on Linux are bytes,
 * and decoding them as UTF-8 maps different names to the same text.
 */
export function toText(bytes: Buffer): string {
  if (isUtf8(bytes)) return escapeText(bytes.toString('utf8'));
  let text = '';
  let run = 0; // start of the valid bytes not yet added
  for (let at = 0; at < bytes.length;) {
    const length = characterLength(bytes, at);
    if (length > 0) {
      at += length;
      continue;
    }
    text += escapeText(bytes.toString('utf8', run, at)) + escapeBytes(bytes.subarray(at, at + 1));
    at += 1;
    run = at;
  }
  return text + escapeText(bytes.toString('utf8', run));
}

/** The bytes whose text is `text`: the inverse of `toText`. */
export function toBytes(text: string): Buffer {
  if (!text.includes('\\x')) return Buffer.from(text, 'utf8');
  // Splitting at a pattern with a group gives text, hex, text, hex, …, text.
  const pieces = text.split(escapeSequence);
  return Buffer.concat(pieces.map((piece, index) => Buffer.from(piece, index % 2 === 1 ? 'hex' : 'utf8')));
}

/**
 * A string per path that compares with `<` in the order of the path's bytes.
 *
 * JavaScript compares strings by UTF-16 units, which is another order; this holds one byte in each unit.
 */
export function pathKey(text: string): string {
  return bytesKey(toBytes(text));
}

/** The same as `pathKey`, from the bytes. */
export function bytesKey(bytes: Buffer): string {
  return bytes.toString('latin1');
}

/** Orders by keys, for `sort`. */
export function compareKeys(a: { key: string }, b: { key: string }): number {
  return a.key < b.key ? -1 : a.key > b.key ? 1 : 0;
}

function escapeText(text: string): string {
  return text.replace(ambiguousBackslash, '\\x5C').replace(unprintable, (match) => escapeBytes(Buffer.from(match)));
}

function escapeBytes(bytes: Buffer): string {
  return bytes.toString('hex').toUpperCase().replace(/../g, '\\x$&');
}

/** The length of the valid UTF-8 character at `at`, or 0 when there is none. */
function characterLength(bytes: Buffer, at: number): number {
  for (let length = 1; length <= 4 && at + length <= bytes.length; length++) {
    if (isUtf8(bytes.subarray(at, at + length))) return length;
  }
  return 0;
}
