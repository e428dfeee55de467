/** Marks what the plugin added, also for another copy of this module. */
export const applied = Symbol.for('longhaul.plugin');
