import { effectRule } from './effect-rule.js';

/** Finds writes to what all workflows of a worker thread share. */
export const noSharedState = effectRule({
  effect: 'shared-state',
  name: 'no-shared-state',
  description: 'Disallow state that outlives a workflow run and is seen by others',
});
