import { effectRule } from './effect-rule.js';

/** Finds patches asked at module level, in callbacks, behind moving conditions, or by ids made at run time. */
export const patchHygiene = effectRule({
  effect: 'patch',
  name: 'patch-hygiene',
  description: 'Require patched() to be asked where every replay asks the same',
});
