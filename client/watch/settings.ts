import { lengthOfTime } from '../../workflows/duration';
import type { Duration } from '../../workflows/duration';

/** From where on a run is suspicious. */
export interface WatchLimits {
  /** Events of one run. @default 10,240, at which the server warns */
  historyEvents?: number;
  /** Bytes of one run's history. @default 10 MiB, at which the server warns */
  historyBytes?: number;
  /** Signals that one run has received. @default 8,000 of the server's 10,000 */
  signals?: number;
  /** Activities or children pending, of each kind. @default 1,600 of the server's 2,000 */
  pending?: number;
  /** Attempts of an activity. @default 10 */
  activityAttempts?: number;
  /** How long a running activity may go without a beat. @default '10 minutes' */
  activitySilence?: Duration;
  /** How long an activity may be under way, over all its attempts. @default the workflow's `expectedMaxDuration` */
  activityAge?: Duration;
  /** Attempts of a workflow task. @default 3 */
  workflowTaskAttempts?: number;
  /** How long an inbox may hold items unread. @default '1 hour' */
  backlogAge?: Duration;
}

/** What is known of a workflow type; an entry of the catalog of `longhaul.config.ts` is one. */
export interface WatchedType {
  expectedMaxDuration?: Duration;
  team?: string;
  limits?: WatchLimits;
}

/** The same, in milliseconds and with defaults. */
export interface TypeSettings {
  expectedMs: number | undefined;
  team: string | undefined;
  historyEvents: number;
  historyBytes: number;
  signals: number;
  pending: number;
  activityAttempts: number;
  activitySilenceMs: number;
  activityAgeMs: number | undefined;
  workflowTaskAttempts: number;
  backlogAgeMs: number;
}

/** @throws TypeError that names the field which is no length of time. */
export function settingsOf(type: string, { expectedMaxDuration, team, limits = {} }: WatchedType = {}): TypeSettings {
  const ms = (name: string, value: Duration | undefined): number | undefined =>
    value === undefined ? undefined : lengthOfTime(`Watch: catalog.${type}.${name}`, value, { most: Number.MAX_VALUE });
  const expectedMs = ms('expectedMaxDuration', expectedMaxDuration);
  return {
    expectedMs,
    team,
    historyEvents: limits.historyEvents ?? 10_240,
    historyBytes: limits.historyBytes ?? 10 * 1024 * 1024,
    signals: limits.signals ?? 8_000,
    pending: limits.pending ?? 1_600,
    activityAttempts: limits.activityAttempts ?? 10,
    activitySilenceMs: ms('limits.activitySilence', limits.activitySilence) ?? 10 * 60_000,
    activityAgeMs: ms('limits.activityAge', limits.activityAge) ?? expectedMs,
    workflowTaskAttempts: limits.workflowTaskAttempts ?? 3,
    backlogAgeMs: ms('limits.backlogAge', limits.backlogAge) ?? 60 * 60_000,
  };
}
