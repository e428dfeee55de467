import type { Duration } from '../workflows/duration';
import type { Catalog } from '../worker/catalog';

/** A column of the launch readiness review. */
export type ReviewArea = (typeof reviewAreas)[number];

export const reviewAreas = ['heartbeats', 'history', 'determinism', 'signals', 'observability'] as const;

/** A finding that a team lives with, for a time. */
export interface Waiver {
  /** What is waived. */
  area: ReviewArea;

  /** One question of it, as the review names it: `span`, `lint`, or `drill scan` for one activity. @default all of the area */
  check?: string;

  /** Why that is acceptable. It shows in each review. */
  reason: string;

  /** Who answers for it. */
  owner: string;

  /** The last day on which it holds, such as `'2027-03-31'`. */
  until: string;
}

/** Where a running workflow of a type becomes suspicious. */
export interface WorkflowLimits {
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

/** What is known of a workflow type. */
export interface CatalogEntry {
  /** How long an execution is expected to take at most, over all its runs. It stops nothing. */
  expectedMaxDuration?: Duration;

  /** Who is called when it is overdue or stuck. */
  team?: string;

  /** Names of its activities that run for a minute or longer, and so must beat. */
  longActivities?: readonly string[];

  /** From where on one of its executions is suspicious. */
  limits?: WorkflowLimits;

  /** What the review found and the team lives with. */
  waivers?: readonly Waiver[];
}

/** The part of the catalog that the `LonghaulPlugin` makes search attributes from. */
export function pluginCatalog(catalog: Readonly<Record<string, CatalogEntry>>): Catalog {
  return Object.fromEntries(
    Object.entries(catalog).flatMap(([type, { expectedMaxDuration, team }]) =>
      expectedMaxDuration === undefined
        ? []
        : [[type, { expectedMaxDuration, ...(team === undefined ? {} : { team }) }]],
    ),
  );
}
