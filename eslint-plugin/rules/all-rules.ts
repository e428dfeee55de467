import type { Rule } from 'eslint';
import { noDateNow } from './no-date-now.js';
import { noMathRandom } from './no-math-random.js';
import { noWallClockLeak } from './no-wall-clock-leak.js';
import { noHostTimeZone } from './no-host-time-zone.js';
import { noHostLocale } from './no-host-locale.js';
import { noEngineDependentValue } from './no-engine-dependent-value.js';
import { noIo } from './no-io.js';
import { noTimerGlobals } from './no-timer-globals.js';
import { noActivityByValue } from './no-activity-by-value.js';
import { noDynamicImport } from './no-dynamic-import.js';
import { noSharedState } from './no-shared-state.js';
import { checkRules } from './check-rules.js';
import { patchHygiene } from './patch-hygiene.js';

/** The first configuration that switches a rule on: each holds those before it. */
export type Tier = 'recommended' | 'typed' | 'all';

export interface ListedRule {
  rule: Rule.RuleModule;
  tier: Tier;
}

/** Every rule by name, in the order of the documentation. */
export const allRules: Readonly<Record<string, ListedRule>> = {
  'no-date-now': { rule: noDateNow, tier: 'recommended' },
  'no-math-random': { rule: noMathRandom, tier: 'recommended' },
  'no-wall-clock-leak': { rule: noWallClockLeak, tier: 'recommended' },
  'no-host-time-zone': { rule: noHostTimeZone, tier: 'recommended' },
  'no-host-locale': { rule: noHostLocale, tier: 'recommended' },
  'no-engine-dependent-value': { rule: noEngineDependentValue, tier: 'typed' },
  'no-io': { rule: noIo, tier: 'recommended' },
  'no-timer-globals': { rule: noTimerGlobals, tier: 'recommended' },
  'no-activity-by-value': { rule: noActivityByValue, tier: 'typed' },
  'no-dynamic-import': { rule: noDynamicImport, tier: 'recommended' },
  'no-shared-state': { rule: noSharedState, tier: 'recommended' },
  'patch-hygiene': { rule: patchHygiene, tier: 'recommended' },
  ...checkRules,
};
