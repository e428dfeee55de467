import type { ESLint, Linter } from 'eslint';

import { allRules, type Tier } from './rules/all-rules.js';
import { version } from './version.js';

const entries = Object.entries(allRules);

const base: ESLint.Plugin = {
  meta: { name: 'eslint-plugin-longhaul', version },
  rules: Object.fromEntries(entries.map(([name, { rule }]) => [name, rule])),
};

function config(name: string, tiers: readonly Tier[]): Linter.Config {
  const chosen = entries.filter(([, { tier }]) => tiers.includes(tier));
  const rules: Linter.RulesRecord = Object.fromEntries(chosen.map(([rule]) => [`longhaul/${rule}`, 'error']));
  return { name: `longhaul/${name}`, plugins: { longhaul: base }, rules };
}

const configs = {
  /** Right without type information too; with it, the rules follow code across files. */
  recommended: config('recommended', ['recommended']),
  /** What CI runs: all of `recommended`, and the rules that need type information. */
  typed: config('typed', ['recommended', 'typed']),
  /** Every rule. */
  all: config('all', ['recommended', 'typed', 'all']),
};

/** The rules of longhaul for Temporal workflows, and the configurations that switch them on. */
const plugin: ESLint.Plugin & { configs: typeof configs } = Object.assign(base, { configs });

export = plugin;
