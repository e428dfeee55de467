/** A project that can't be set up or examined. Its message is one sentence, to be shown as it is. */
export class SetupError extends Error {
  override readonly name = 'SetupError';
}
