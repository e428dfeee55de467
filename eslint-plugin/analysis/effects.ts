import type { CheckName } from './checks/names.js';

/** What code may do that matters to a workflow. The first ones have a rule each; the others serve rules that ask for them. */
export type Effect =
  | 'clock'
  | 'random'
  | 'clock-leak'
  | 'time-zone'
  | 'locale'
  | 'engine'
  | 'io'
  | 'timer'
  | 'activity'
  | 'dynamic-import'
  | 'shared-state'
  | 'patch'
  | 'mutates'
  | 'commands'
  | 'heartbeats'
  | 'continues-as-new'
  | 'waits-for-handlers'
  | 'patches'
  | 'draws'
  | CheckName;

/** What is known about a function whose source is not followed: nothing to report, or the effects of a call. */
export type Fact = 'pure' | readonly Effect[];

/** The rule that bans each effect. */
const rules: Readonly<Partial<Record<Effect, string>>> = {
  clock: 'no-date-now',
  random: 'no-math-random',
  'clock-leak': 'no-wall-clock-leak',
  'time-zone': 'no-host-time-zone',
  locale: 'no-host-locale',
  engine: 'no-engine-dependent-value',
  io: 'no-io',
  timer: 'no-timer-globals',
  activity: 'no-activity-by-value',
  'dynamic-import': 'no-dynamic-import',
  'shared-state': 'no-shared-state',
  patch: 'patch-hygiene',
};

/** The effects by the names that settings use. */
export const effects: readonly Effect[] = [
  ...(Object.keys(rules) as Effect[]),
  'mutates',
  'commands',
  'heartbeats',
  'continues-as-new',
  'waits-for-handlers',
  'patches',
  'draws',
];

export function ruleOf(effect: Effect): string {
  return rules[effect] ?? effect;
}
