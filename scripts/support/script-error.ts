/** Wrong use, or a machine that lacks something: one sentence for a person, and no stack trace. */
export class ScriptError extends Error {
  override readonly name = 'ScriptError';

  constructor(
    message: string,
    /** Exit status: 2 wrong use, 3 the environment failed. */
    readonly status: 2 | 3 = 2,
  ) {
    super(message);
  }
}
