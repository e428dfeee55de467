import type { PayloadCodec } from '@temporalio/common';
import { decodeHistory, encodeHistory } from '../proto';
import type { LoadedHistory } from '../load-histories';
import { CodecError, PayloadDecoder } from './decode-payloads';
import { encodingOf, payloadsOf, plainEncodings } from './payloads-of';

export interface DecodeLoadedOptions {
  /** Makes the codecs; called only if a history is encoded. */
  codecs: () => Promise<readonly PayloadCodec[]>;
  /** Whether the worker has a payload converter of its own, which may read encodings that the SDK's do not. @default false */
  ownConverter?: boolean;
  /** Told to codecs that are bound to their context, of histories that don't say where they are from. @default 'default' */
  namespace?: string;
}

/**
 * Decodes the histories that are encoded, so that they replay without a codec: once and in one place, though many are replayed at
 * once, and in a process that a codec need not be copied to. The others pass as they are, and need neither keys nor network.
 *
 * @throws CodecError where a codec is missing or fails.
 */
export async function decodeLoaded(
  histories: readonly LoadedHistory[],
  { codecs, ownConverter = false, namespace = 'default' }: DecodeLoadedOptions,
): Promise<LoadedHistory[]> {
  let made: readonly PayloadCodec[] | undefined;
  const decoders = new Map<string, PayloadDecoder>();
  const decoded: LoadedHistory[] = [];
  for (const loaded of histories) {
    const { encoded, file, workflowId } = loaded;
    const history = encoded && decodeHistory(encoded);
    const encodings = new Set(
      (history?.events ?? []).flatMap(payloadsOf).flatMap(({ payloads }) => payloads.map(encodingOf)),
    );
    const foreign = [...encodings].filter((encoding) => !plainEncodings.has(encoding));
    if (!history || foreign.length === 0) {
      decoded.push(loaded);
      continue;
    }
    made ??= await codecs();
    const from = loaded.namespace ?? namespace;
    const decoder = decoders.get(from) ?? new PayloadDecoder(made, from);
    decoders.set(from, decoder);
    let left = foreign;
    if (made.length > 0) {
      try {
        left = await decoder.decode(history, workflowId);
      } catch (error) {
        if (error instanceof CodecError) throw new CodecError(`${file}: ${error.message}`, { cause: error });
        throw error;
      }
    }
    if (left.length > 0 && !ownConverter) {
      throw new CodecError(
        `${file} holds payloads that are encoded as ${left.join(', ')}, and no codec decodes them: set dataConverter.payloadCodecs or codecServer in longhaul.config.ts.`,
      );
    }
    decoded.push({ ...loaded, encoded: encodeHistory(history) });
  }
  return decoded;
}
