import { gunzipSync } from 'node:zlib';
import type { History } from '@temporalio/common/lib/proto-utils';
import { InvalidHistoryError } from './invalid-history-error';
import { historyFromJson } from './json/history-from-json';
import { isObject } from './json/json';
import { decodeHistory } from './proto';

export const historyFile = /\.(?:bin|jsonl?)(?:\.gz)?$/;

export interface ParsedHistory {
  history: History;
  /** From the wrapper that the Java SDK writes; other forms have none. */
  workflowId?: string;
  runId?: string;
  /** The file held payloads as values, from which their bytes were made again. */
  payloadsApproximated?: boolean;
  /** The file names a page that follows, as the HTTP API does. */
  isPage?: boolean;
}

/** Far more than a server keeps (50 MB), also in JSON: whatever is larger is no history, and would only fill the memory. */
export const largestFile = 400_000_000;

/**
 * Reads the content of a history file: protobuf or JSON, zipped or not, as its content says whatever its name is.
 *
 * @throws InvalidHistoryError with the reason in one sentence.
 */
export function parseHistory(name: string, content: Uint8Array): ParsedHistory {
  const bytes = isGzip(content) || name.endsWith('.gz') ? gunzip(content) : content;
  if (bytes.length === 0) throw new InvalidHistoryError('It is empty.');
  try {
    if (looksLikeJson(bytes) || /\.jsonl?(?:\.gz)?$/.test(name)) return historyFromJson(parseJson(textOf(bytes)));
    return { history: decodeHistory(bytes) };
  } catch (error) {
    if (error instanceof InvalidHistoryError) throw error;
    if (error instanceof RangeError && /call stack/.test(error.message)) {
      throw new InvalidHistoryError('It is nested too deeply to be a history.');
    }
    throw new InvalidHistoryError('It is not a binary history: it ends early or was never protobuf.');
  }
}

function isGzip(content: Uint8Array): boolean {
  return content[0] === 0x1f && content[1] === 0x8b;
}

function gunzip(content: Uint8Array): Uint8Array {
  try {
    return gunzipSync(content, { maxOutputLength: largestFile });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') {
      throw new InvalidHistoryError(`It unzips to more than ${largestFile / 1e6} MB, which no history has.`);
    }
    throw new InvalidHistoryError('It cannot be unzipped: the file is cut off or was never gzip.');
  }
}

/** The first byte of a binary history is 10, which is a line break: what follows tells the two apart. */
function looksLikeJson(bytes: Uint8Array): boolean {
  return /^[\s\u0000\ufeff\u00ef\u00bb\u00bf\u00ff\u00fe]*[{[]\s*["{}[\]\u0000]/.test(
    Buffer.from(bytes.subarray(0, 64)).toString('latin1'),
  );
}

/** Windows PowerShell writes UTF-16 where a command's output is sent to a file. */
function textOf(bytes: Uint8Array): string {
  const utf16 = bytes[0] === 0xff && bytes[1] === 0xfe;
  return Buffer.from(bytes)
    .toString(utf16 ? 'utf16le' : 'utf8')
    .replace(/^\ufeff/, '');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return parseLines(text);
  }
}

/** What the CLI writes with `--output jsonl`: an event on each line; other tools write a page of them. */
function parseLines(text: string): unknown {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  try {
    if (lines.length < 2) throw new SyntaxError();
    return { events: lines.flatMap((line) => eventsOf(JSON.parse(line))) };
  } catch {
    throw new InvalidHistoryError('It is not JSON: the file is cut off or damaged.');
  }
}

function eventsOf(line: unknown): unknown {
  const inner = isObject(line) ? (line.history ?? line) : line;
  return isObject(inner) && Array.isArray(inner.events) ? (inner.events as unknown[]) : inner;
}
