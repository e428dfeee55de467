import type { Connection } from '@temporalio/client';
import type { LoadClientProfileOptions } from '@temporalio/envconfig';
import type { NativeConnectionOptions } from '@temporalio/worker';
import { ConfigError } from './config-error';
import { probe } from './probe';
import { isUnanswered, ServerError } from './server-error';
import { unlessAborted } from './unless-aborted';

export interface ConnectOptions {
  /** The environment that `TEMPORAL_ADDRESS`, `TEMPORAL_PROFILE` and their like are read from. @default process.env */
  env?: NodeJS.ProcessEnv;

  /** Which profile of `temporal.toml`. @default the environment's */
  profile?: string;

  /** Overrides what the environment says. */
  address?: string;

  /** Overrides what the environment says. */
  namespace?: string;

  /** Milliseconds that the server has to answer. @default 5_000 */
  timeoutMs?: number;

  /** Whether a server that does not answer yet is waited for by each call, and no error now. @default false */
  patient?: boolean;

  /** Ends the attempt, which then rejects with the signal's reason. */
  signal?: AbortSignal;
}

/** A connection as the environment configures it. */
export interface Connected {
  connection: Connection;
  address: string;
  namespace: string;
  /** With `patient`: what was wrong where no server has answered yet. */
  unanswered?: ServerError;
  close: () => Promise<void>;
}

/** What a connection is made from. */
export interface ConnectionSettings {
  /** For `Connection.connect` and `NativeConnection.connect` alike. */
  options: NativeConnectionOptions;
  address: string;
  namespace: string;
}

/**
 * Reads Temporal's own environment configuration: `TEMPORAL_ADDRESS` and its like, and the profiles of `temporal.toml`.
 *
 * @throws ConfigError where it can't be read.
 */
export function connectionSettings(
  options: Omit<ConnectOptions, 'timeoutMs' | 'patient' | 'signal'> = {},
): ConnectionSettings {
  const { env = process.env, profile } = options;
  const configured = fromEnvironment({
    overrideEnvVars: Object.fromEntries(Object.entries(env).flatMap(([name, value]) => (value ? [[name, value]] : []))),
    ...(profile === undefined ? {} : { profile }),
  });
  const { address = configured.connectionOptions.address ?? 'localhost:7233' } = options;
  const { namespace = configured.namespace ?? 'default' } = options;
  return { options: { ...configured.connectionOptions, address }, address, namespace };
}

/**
 * Connects as Temporal's own environment configuration says.
 *
 * @throws ConfigError where that can't be read.
 * @throws ServerError with one sentence where no server answers, or it refuses.
 */
export async function connect({
  timeoutMs = 5_000,
  patient = false,
  signal,
  ...options
}: ConnectOptions = {}): Promise<Connected> {
  const { address, namespace, options: settings } = connectionSettings(options);
  const { Connection } = await import('@temporalio/client');
  // The settings are those of a native connection; the two agree on all that an environment can say.
  const plain = {
    ...(settings as Parameters<typeof Connection.connect>[0]),
    // By default it is tried again up to two minutes later once a server has been away for a while.
    channelArgs: { 'grpc.max_reconnect_backoff_ms': 10_000 },
  };
  try {
    const connection = await unlessAborted(signal, () => Connection.connect({ ...plain, connectTimeout: timeoutMs }));
    return { connection, address, namespace, close: () => connection.close() };
  } catch (error) {
    signal?.throwIfAborted();
    const failed = connectError(error, { address, namespace });
    const silent = failed instanceof ServerError && isUnanswered(failed.code);
    const why = silent ? await unlessAborted(signal, () => probe({ address, options: settings })) : undefined;
    if (why === undefined) {
      if (!patient || !silent) throw failed;
      const connection = Connection.lazy({ ...plain, connectTimeout: timeoutMs });
      return { connection, address, namespace, unanswered: failed, close: () => connection.close() };
    }
    throw new ServerError(`Could not connect: ${why}.`, undefined, { cause: error });
  }
}

/** What a failed attempt to connect is: an address that can't be one, or a server that does not answer. */
export function connectError(error: unknown, at: { address: string; namespace: string }): ConfigError | ServerError {
  if (error instanceof Error && /^Invalid address/.test(error.message)) {
    return new ConfigError(
      `${JSON.stringify(at.address)} is no address of a server; use host:port, as localhost:7233.`,
      {
        cause: error,
      },
    );
  }
  return ServerError.from(error, `connect to ${at.address}`, at);
}

function fromEnvironment(options: LoadClientProfileOptions) {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- an optional peer: only when needed
  const { loadClientConnectConfig } = require('@temporalio/envconfig') as typeof import('@temporalio/envconfig');
  try {
    return loadClientConnectConfig(options);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new ConfigError(`Temporal's environment configuration can't be read: ${why.split('\n')[0] ?? ''}`, { cause });
  }
}
