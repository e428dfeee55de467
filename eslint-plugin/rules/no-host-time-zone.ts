import { effectRule } from './effect-rule.js';

/** Finds dates that are read, written or put into words in whatever zone the worker runs in. */
export const noHostTimeZone = effectRule({
  effect: 'time-zone',
  name: 'no-host-time-zone',
  description: "Disallow values in workflow code that depend on the worker's time zone",
});
