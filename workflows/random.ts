/**
 * A number from 0 (inclusive) to 1 (exclusive), the same on each replay.
 *
 * It draws from the workflow's main random stream, as `Math.random()` does inside the sandbox, under a name of its own, so that
 * every use of chance in a workflow is visible. One draw more or less shifts all later ones, implicit child workflow ids too.
 *
 * @remarks Records nothing. A `Math.random()` in a deployed workflow can be replaced by it without `patched()`.
 */
export function random(): number {
  // eslint-disable-next-line longhaul/no-math-random -- this is the sanctioned source of chance
  return Math.random();
}
