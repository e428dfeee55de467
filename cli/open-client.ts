import type { DataConverter } from '@temporalio/common';
import type { Client } from '@temporalio/client';
import { connect } from '../config/connect';
import type { ServerError } from '../config/server-error';
import type { LoadedConfig } from '../config/load-config';
import { connectionFlags, connectionOptions, connectionUsage } from './connection-flags';
import type { Io } from './io';

/** The options of commands that talk to a server and know the project. */
export const serverOptions = { ...connectionFlags, config: { type: 'string' } } as const;

export const serverUsage = `  --config FILE       longhaul.config.ts; default: found in this folder or above
${connectionUsage}`;

export type ServerValues = { [name in keyof typeof serverOptions]?: string | undefined };

export interface OpenClient {
  client: Client;
  address: string;
  namespace: string;
  /** Where it is patient: what is wrong with a server that has not answered yet. */
  unanswered?: ServerError;
  close: () => Promise<void>;
}

/**
 * A client as the environment, the flags and the configuration say.
 *
 * @throws ConfigError and ServerError, each with one sentence.
 */
export async function openClient(
  io: Io,
  values: ServerValues,
  config: LoadedConfig,
  { patient = false } = {},
): Promise<OpenClient> {
  const connected = await connect({ ...connectionOptions(values, io), patient });
  const { Client: SdkClient } = await import('@temporalio/client');
  const dataConverter = await dataConverterOf(config);
  const client = new SdkClient({
    connection: connected.connection,
    namespace: connected.namespace,
    ...(dataConverter === undefined ? {} : { dataConverter }),
  });
  const { address, namespace, unanswered, close } = connected;
  return { client, address, namespace, close, ...(unanswered && { unanswered }) };
}

/** The data converter with its codecs made. */
export async function dataConverterOf({ dataConverter }: LoadedConfig): Promise<DataConverter | undefined> {
  if (dataConverter === undefined) return undefined;
  const { payloadCodecs, ...rest } = dataConverter;
  if (payloadCodecs === undefined) return rest;
  return { ...rest, payloadCodecs: typeof payloadCodecs === 'function' ? await payloadCodecs() : payloadCodecs };
}

/** Where payloads are decoded that no codec of the configuration reads. */
export async function codecServerOf(
  { codecServer }: LoadedConfig,
  env: NodeJS.ProcessEnv,
): Promise<{ endpoint: string; headers?: Record<string, string> } | undefined> {
  if (codecServer === undefined) {
    const { TEMPORAL_CODEC_ENDPOINT: endpoint, TEMPORAL_CODEC_AUTH: auth } = env;
    return endpoint ? { endpoint, ...(auth ? { headers: { authorization: auth } } : {}) } : undefined;
  }
  if (typeof codecServer === 'string') return { endpoint: codecServer };
  const { endpoint, headers } = codecServer;
  if (headers === undefined) return { endpoint };
  return { endpoint, headers: typeof headers === 'function' ? await headers() : headers };
}
