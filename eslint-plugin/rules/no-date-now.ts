import { effectRule } from './effect-rule.js';

/** Bans the clock under any name but the sanctioned one, in workflow code and all that it reaches. */
export const noDateNow = effectRule({
  effect: 'clock',
  name: 'no-date-now',
  description: 'Disallow reading the time in workflow code other than from the sanctioned clock',
  fixable: true,
});
