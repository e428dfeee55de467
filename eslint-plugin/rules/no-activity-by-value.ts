import { effectRule } from './effect-rule.js';

/** Finds calls of an activity's own function, where its proxy is meant. */
export const noActivityByValue = effectRule({
  effect: 'activity',
  name: 'no-activity-by-value',
  description: 'Disallow running the code of an activity inside the workflow',
});
