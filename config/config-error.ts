/** A configuration that can't be used. Its message is one sentence that names the file and the field, to be shown as it is. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}
