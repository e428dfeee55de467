import { gunzipSync } from 'node:zlib';
import type { History } from '@temporalio/common/lib/proto-utils';
import { historyFromJson } from './history-from-json';
import { InvalidHistoryError } from './invalid-history-error';
import { decodeHistory } from './proto';

export const historyFile = /\.(?:bin|json)(?:\.gz)?$/;

export interface ParsedHistory {
  history: History;
  /** From the wrapper that the Java SDK writes; other forms have none. */
  workflowId?: string;
  runId?: string;
}

/**
 * Reads the content of a history file by the name's ending: `.bin`, `.json`, or either with `.gz`.
 *
 * @throws InvalidHistoryError with the reason in one sentence.
 */
export function parseHistory(name: string, content: Uint8Array): ParsedHistory {
  const bytes = name.endsWith('.gz') ? gunzip(content) : content;
  if (bytes.length === 0) throw new InvalidHistoryError('It is empty.');
  if (/\.json(?:\.gz)?$/.test(name)) return historyFromJson(parseJson(bytes));
  try {
    return { history: decodeHistory(bytes) };
  } catch {
    throw new InvalidHistoryError('It is not a binary history: it ends early or was never protobuf.');
  }
}

function gunzip(content: Uint8Array): Uint8Array {
  try {
    return gunzipSync(content);
  } catch {
    throw new InvalidHistoryError('It cannot be unzipped: the file is cut off or was never gzip.');
  }
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    throw new InvalidHistoryError('It is not JSON: the file is cut off or damaged.');
  }
}
