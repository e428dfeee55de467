/**
 * Which settings of the environment a worker connects by: what `loadClientConnectConfig` of `@temporalio/envconfig` takes.
 *
 * That package is an optional one, so that its own type would be missing where it is not installed.
 */
export interface EnvironmentProfile {
  /** The profile of `temporal.toml`. @default that of `TEMPORAL_PROFILE`, or else default */
  profile?: string;

  /** The configuration file, or what it holds. @default that of `TEMPORAL_CONFIG_FILE`, or else in the user's folder */
  configSource?: { path: string } | { data: string | Uint8Array };

  /** Reads no file, where `configSource` is not set. @default false */
  disableFile?: boolean;

  /** Reads no environment variables. @default false */
  disableEnv?: boolean;

  /** Refuses a file with keys that it does not know. @default false */
  configFileStrict?: boolean;

  /** Environment variables to read in place of this process's. */
  overrideEnvVars?: Record<string, string>;
}
