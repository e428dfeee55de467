import { effectRule } from './effect-rule.js';

/** Finds decisions by error texts, stacks, function texts, probes of features, and last digits. */
export const noEngineDependentValue = effectRule({
  effect: 'engine',
  name: 'no-engine-dependent-value',
  description: 'Disallow workflow code that decides by what differs between versions of Node or builds',
});
