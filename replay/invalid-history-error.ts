/** A file or an object that isn't a workflow history. Its message is one sentence, to be shown as it is. */
export class InvalidHistoryError extends Error {
  override readonly name = 'InvalidHistoryError';
}
