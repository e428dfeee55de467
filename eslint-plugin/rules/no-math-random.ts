import { effectRule } from './effect-rule.js';

/** Bans chance under any name but the sanctioned one, in workflow code and all that it reaches. */
export const noMathRandom = effectRule({
  effect: 'random',
  name: 'no-math-random',
  description: 'Disallow drawing random values in workflow code other than from the sanctioned source',
  fixable: true,
});
