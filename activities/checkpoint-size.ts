import type { Client } from '@temporalio/client';
import type { Details } from './checkpoint';

/** The server refuses a heartbeat of 2 MiB, and fails the activity for it. */
export const defaultMaxBytes = 2_000_000;
/** From here on a checkpoint weighs on each beat. */
export const warnBytes = 256 * 1024;

/** A checkpoint that can't be written, however often it is tried. */
export class UnwritableError extends Error {
  override readonly name = 'UnwritableError';
}

type DataConverter = Client['options']['loadedDataConverter'];

/**
 * How many bytes a beat carries, as the server counts them: after the user's converter and codecs.
 *
 * @returns undefined where it can't be told here, as with external storage, by which a large value travels as a reference.
 * @throws UnwritableError for what the payload converter refuses. Codecs throw what they like.
 */
export async function detailsSize(converter: DataConverter, details: Details): Promise<number | undefined> {
  const { payloadConverter, payloadCodecs } = converter;
  let payloads;
  try {
    payloads = [payloadConverter.toPayload(details)];
  } catch (cause) {
    throw new UnwritableError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
  if ('externalStorage' in converter && converter.externalStorage) return undefined;
  // Encoding twice is dear, and matters only where a codec may bring a large value under the limit.
  if (sum(payloads) > warnBytes) for (const codec of payloadCodecs) payloads = await codec.encode(payloads);
  return sum(payloads);
}

const sum = (payloads: readonly { data?: Uint8Array | null | undefined }[]): number =>
  payloads.reduce((bytes, { data }) => bytes + (data?.length ?? 0), 0);

/** @throws UnwritableError that says what to do, for a value that the server would fail the activity for. */
export function refuseTooLarge(bytes: number, maxBytes: number): void {
  if (bytes <= maxBytes) return;
  throw new UnwritableError(
    `it has ${bytes} bytes, and checkpoint.maxBytes is ${maxBytes}. A checkpoint says where to go on: keep the data itself in a store, and its key here`,
  );
}
