import { effectRule } from './effect-rule.js';

/** Finds globals that throw in the sandbox, and modules that its bundle refuses. */
export const noIo = effectRule({
  effect: 'io',
  name: 'no-io',
  description: 'Disallow what the workflow sandbox does not have: files, network, process and other globals of Node',
});
