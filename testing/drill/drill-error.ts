/** A drill that could not measure anything. Its message is one sentence, to be shown as it is. */
export class DrillError extends Error {
  override readonly name = 'DrillError';
}
