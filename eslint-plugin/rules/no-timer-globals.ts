import { effectRule } from './effect-rule.js';

/** Finds timers of the platform, in whose place workflow code has `sleep()`. */
export const noTimerGlobals = effectRule({
  effect: 'timer',
  name: 'no-timer-globals',
  description: 'Disallow setTimeout, setInterval, setImmediate and queueMicrotask in workflow code',
});
