import { effectRule } from './effect-rule.js';

/** Finds texts and orders that follow the language the worker is set to. */
export const noHostLocale = effectRule({
  effect: 'locale',
  name: 'no-host-locale',
  description: "Disallow values in workflow code that depend on the worker's locale",
});
