import { effectRule } from './effect-rule.js';

/** Finds the ways past the clock that the sandbox puts in place of the real one. */
export const noWallClockLeak = effectRule({
  effect: 'clock-leak',
  name: 'no-wall-clock-leak',
  description: 'Disallow the wall clock that the workflow sandbox lets through',
});
