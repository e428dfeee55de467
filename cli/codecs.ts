import type { PayloadCodec } from '@temporalio/common';
import { codecServerOf, codecsOf, type LonghaulConfig } from '../config';
import type { Io } from './io';

/** The codecs with which a configuration's payloads are decoded: its own, or else its codec server. */
export async function configuredCodecs(
  config: LonghaulConfig,
  { env }: Pick<Io, 'env'>,
  namespace = env.TEMPORAL_NAMESPACE ?? 'default',
): Promise<PayloadCodec[]> {
  const own = await codecsOf(config.dataConverter ?? {});
  const server = codecServerOf(config, env);
  if (own.length > 0 || !server) return own;
  const { codecServer } = await import('../replay/index.js');
  return [codecServer({ ...server, namespace })];
}
