import type { Enforce } from '../activities/enforcement';
import { checkKnown } from '../workflows/options';
import { guardRules } from './guard-rules';
import type { GuardLevels, GuardRule } from './guard-rules';

/** How strict each guard is. What is left out is 'warn'. */
export interface GuardOptions {
  /** An activity may run for a minute or more (by its start-to-close timeout, or without a limit) and has no heartbeat timeout. @default 'warn' */
  heartbeatTimeout?: Enforce;

  /** A heartbeat timeout as long as start-to-close or longer, which can never strike. @default 'warn' */
  heartbeatOverStartToClose?: Enforce;

  /** An activity may run for a minute or more and has no `scheduleToCloseTimeout`: its attempts have no ceiling together. @default 'warn' */
  scheduleToClose?: Enforce;

  /** An attempt has a heartbeat timeout and does not beat. By then its work is under way, so it is never refused. @default 'warn' */
  noBeats?: 'warn' | 'off';

  /** An attempt's beats come further apart than half its heartbeat timeout. Never refused either. @default 'warn' */
  beatInterval?: 'warn' | 'off';
}

/** How strict each guard is, and what differs for single activity types. */
export interface EnforceOptions extends GuardOptions {
  /** By activity type: one setting for all guards, or one each. */
  activities?: Readonly<Record<string, Enforce | GuardOptions>>;
}

const settings: readonly string[] = ['error', 'warn', 'off'] satisfies Enforce[];
/** Work under way is never refused: that would only do it twice. */
const warnsOnly: readonly GuardRule[] = ['noBeats', 'beatInterval'];

/** @throws TypeError for a setting or guard that is none. */
export function compileEnforce(enforce: Enforce | EnforceOptions = 'warn'): GuardLevels {
  if (typeof enforce === 'string') return { rules: complete(levels('enforce', enforce)), activities: {} };
  checkKnown('LonghaulPlugin', 'enforce', enforce, ['activities', ...guardRules]);
  const { activities = {}, ...rules } = enforce;
  return {
    rules: complete(levels('enforce', rules)),
    activities: Object.fromEntries(
      Object.entries(activities).map(([type, own]) => [type, levels(`enforce.activities.${type}`, own)]),
    ),
  };
}

const complete = (given: Partial<Record<GuardRule, Enforce>>): Record<GuardRule, Enforce> =>
  Object.fromEntries(guardRules.map((rule) => [rule, given[rule] ?? 'warn'])) as Record<GuardRule, Enforce>;

function levels(where: string, given: Enforce | GuardOptions): Partial<Record<GuardRule, Enforce>> {
  if (typeof given === 'string') {
    if (!settings.includes(given)) {
      throw new TypeError(`LonghaulPlugin: ${where} is '${given}'; use 'error', 'warn' or 'off'`);
    }
    return Object.fromEntries(
      guardRules.map((rule) => [rule, given === 'error' && warnsOnly.includes(rule) ? 'warn' : given]),
    );
  }
  checkKnown('LonghaulPlugin', where, given, guardRules);
  for (const [rule, setting] of Object.entries(given)) {
    const allowed = warnsOnly.includes(rule as GuardRule) ? settings.slice(1) : settings;
    if (setting !== undefined && !allowed.includes(setting as string)) {
      const listed = allowed.map((one) => `'${one}'`).join(', ');
      throw new TypeError(`LonghaulPlugin: ${where}.${rule} is '${String(setting)}'; use one of ${listed}`);
    }
  }
  return given;
}
