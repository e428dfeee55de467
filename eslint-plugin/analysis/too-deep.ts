/**
 * What `run` returns; nothing where the type checker runs out of stack on the way.
 *
 * The checker recurses over what nests or hangs together: thousands of levels of generated code are too much for it. What
 * such a place does stays unknown, and the rest of the program is looked at all the same.
 */
export function unlessTooDeep<T>(run: () => T): T | undefined {
  try {
    return run();
  } catch (error) {
    if (error instanceof RangeError && /call stack/i.test(error.message)) return undefined;
    throw error;
  }
}
