import type { ESLint, Linter } from 'eslint';

import { noDateNow } from './rules/no-date-now.js';
import { noMathRandom } from './rules/no-math-random.js';
import { version } from './version.js';

const base: ESLint.Plugin = {
  meta: { name: 'eslint-plugin-longhaul', version },
  rules: { 'no-date-now': noDateNow, 'no-math-random': noMathRandom },
};

const both: Linter.RulesRecord = { 'longhaul/no-date-now': 'error', 'longhaul/no-math-random': 'error' };

function config(name: string, rules: Linter.RulesRecord): Linter.Config {
  return { name: `longhaul/${name}`, plugins: { longhaul: base }, rules };
}

const configs = {
  /** Right without type information too; with it, the rules follow code across files. */
  recommended: config('recommended', both),
  /** What CI runs: all of `recommended`, and the rules that need type information. */
  typed: config('typed', both),
  /** Every rule. */
  all: config('all', both),
};

/** The rules of longhaul for Temporal workflows, and the configurations that switch them on. */
const plugin: ESLint.Plugin & { configs: typeof configs } = Object.assign(base, { configs });

export = plugin;
