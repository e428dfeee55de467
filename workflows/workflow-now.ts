/**
 * The workflow's clock: milliseconds since the epoch, as of the start of the current workflow task.
 *
 * It is the SDK's deterministic `Date.now()` under a name of its own, so that every use of time in a workflow is visible and
 * the linter can tell it from a wall clock. It does not advance within a workflow task.
 *
 * @remarks Records nothing. A `Date.now()` in a deployed workflow can be replaced by it without `patched()`.
 */
export function workflowNow(): number {
  // eslint-disable-next-line longhaul/no-date-now -- this is the sanctioned clock
  return Date.now();
}
