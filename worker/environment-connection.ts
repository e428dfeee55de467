import type { NativeConnection } from '@temporalio/worker';
import type { EnvironmentProfile } from './environment-profile';

/**
 * Connects as Temporal's own environment configuration says: `TEMPORAL_ADDRESS` and its like, and the profiles of `temporal.toml`.
 *
 * @throws Error when `@temporalio/envconfig` is not installed.
 */
export async function connectFromEnvironment(
  profile: EnvironmentProfile = {},
): Promise<{ connection: NativeConnection; namespace: string | undefined }> {
  const { NativeConnection } = await import('@temporalio/worker');
  const { namespace, connectionOptions } = loadEnvconfig().loadClientConnectConfig(profile);
  try {
    return { connection: await NativeConnection.connect(connectionOptions), namespace };
  } catch (cause) {
    const { address = 'localhost:7233' } = connectionOptions;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Error(
      `runWorker: no Temporal server answers at ${address}. Start one, or set TEMPORAL_ADDRESS (and TEMPORAL_PROFILE or temporal.toml) to where it is: ${why}`,
      { cause },
    );
  }
}

function loadEnvconfig(): typeof import('@temporalio/envconfig') {
  try {
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- an optional peer
    return require('@temporalio/envconfig') as typeof import('@temporalio/envconfig');
  } catch (cause) {
    throw new Error(
      'runWorker: there is no connection. Give it one, or install @temporalio/envconfig, with which it reads TEMPORAL_ADDRESS and temporal.toml',
      { cause },
    );
  }
}
