import type { Enforce } from '../activities/enforcement';

/** What each guard looks for, by its name in `enforce`. */
export const guardRules = [
  'heartbeatTimeout',
  'heartbeatOverStartToClose',
  'scheduleToClose',
  'noBeats',
  'beatInterval',
] as const;

export type GuardRule = (typeof guardRules)[number];

/** How strict each guard is, complete and checked; as JSON carries it into the bundle. */
export interface GuardLevels {
  readonly rules: Readonly<Record<GuardRule, Enforce>>;
  readonly activities: Readonly<Record<string, Partial<Record<GuardRule, Enforce>>>>;
}

/** How strict a guard is about this activity type. */
export function guardLevel({ rules, activities }: GuardLevels, rule: GuardRule, activityType: string): Enforce {
  // A type may be called `constructor`.
  const own = Object.hasOwn(activities, activityType) ? activities[activityType] : undefined;
  return own?.[rule] ?? rules[rule];
}

export const guardHits = ['longhaul_guard_hits', '1', 'Work that a guard warned of or refused'] as const;

/** The guard's name as a tag of `longhaul_guard_hits`. */
export const guardTag = (rule: GuardRule): string => rule.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
