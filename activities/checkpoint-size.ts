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
 */
export async function detailsSize(converter: DataConverter, details: Details): Promise<number | undefined> {
  if ('externalStorage' in converter && converter.externalStorage) return undefined;
  const { payloadConverter, payloadCodecs } = converter;
  let payloads;
  try {
    payloads = [payloadConverter.toPayload(details)];
  } catch {
    // The beat itself tells what is wrong with it.
    return undefined;
  }
  // Encoding twice is dear, and matters only where a codec may bring a large value under the limit.
  if (sum(payloads) > warnBytes) for (const codec of payloadCodecs) payloads = await codec.encode(payloads);
  return sum(payloads);
}

const sum = (payloads: readonly { data?: Uint8Array | null | undefined }[]): number =>
  payloads.reduce((bytes, { data }) => bytes + (data?.length ?? 0), 0);

/** Why a beat could not be encoded: what the payload converter refuses it always will, and a codec or the storage may be away. */
export function encodingFailure({ payloadConverter }: DataConverter, details: Details, error: unknown): unknown {
  try {
    payloadConverter.toPayload(details);
    return error;
  } catch {
    return new UnwritableError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

/** @throws UnwritableError that says what to do, for a value that the server would fail the activity for. */
export function refuseTooLarge(bytes: number, maxBytes: number): void {
  if (bytes <= maxBytes) return;
  throw new UnwritableError(
    `it has ${bytes} bytes, and checkpoint.maxBytes is ${maxBytes}. A checkpoint says where to go on: keep the data itself in a store, and its key here`,
  );
}
