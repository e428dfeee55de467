import { effectRule } from './effect-rule.js';

/** Finds code that keeps the whole bundle from loading. */
export const noDynamicImport = effectRule({
  effect: 'dynamic-import',
  name: 'no-dynamic-import',
  description: 'Disallow import() and top-level await in what the workflow bundle holds',
});
