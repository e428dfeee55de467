import type { ConnectOptions } from '../config';
import type { Io } from './io';

/** Options of every command that talks to a server. */
export const connectionFlags = {
  address: { type: 'string' },
  namespace: { type: 'string' },
  profile: { type: 'string' },
} as const;

export const connectionUsage = `  --address A         the server's address; default: TEMPORAL_ADDRESS, temporal.toml, or localhost:7233
  --namespace N       default: TEMPORAL_NAMESPACE, temporal.toml, or default
  --profile P         profile of temporal.toml; default: TEMPORAL_PROFILE`;

type Values = { [name in keyof typeof connectionFlags]?: string | undefined };

/** What `connect` takes, from a command's options and its environment. */
export function connectionOptions(
  { address, namespace, profile }: Values,
  io: Pick<Io, 'env' | 'signal'>,
): ConnectOptions {
  return {
    env: io.env,
    signal: io.signal,
    ...(address !== undefined && { address }),
    ...(namespace !== undefined && { namespace }),
    ...(profile !== undefined && { profile }),
  };
}
