import type { CodecServer, LonghaulConfig } from './config';

/** The codec server of a configuration, or the one that the `temporal` CLI would take. */
export function codecServerOf({ codecServer }: LonghaulConfig, env: NodeJS.ProcessEnv): CodecServer | undefined {
  if (typeof codecServer === 'string') return { endpoint: codecServer };
  if (codecServer) return codecServer;
  const { TEMPORAL_CODEC_ENDPOINT: endpoint, TEMPORAL_CODEC_AUTH: authorization } = env;
  if (!endpoint) return undefined;
  return { endpoint, ...(authorization && { headers: { authorization } }) };
}
