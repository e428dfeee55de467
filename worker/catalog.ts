import { msToNumber } from '@temporalio/common/lib/time';
import type { Duration } from '../workflows/duration';

/** What is known of a workflow type. */
export interface CatalogEntry {
  /**
   * How long an execution is expected to take at most, over all its runs. From it come `ExpectedMaxDurationHours` and
   * `LonghaulDeadline`, the moment from which it counts as overdue. It stops nothing.
   */
  expectedMaxDuration: Duration;

  /** Who is called when it is overdue: `TeamOwner`. */
  team?: string;
}

/** The workflow types that longhaul knows of, by name. */
export type Catalog = Readonly<Record<string, CatalogEntry>>;

/** A catalog as JSON carries it into the bundle. */
export type CompiledCatalog = Readonly<Record<string, { readonly expectedMs: number; readonly team?: string }>>;

/** @throws TypeError for a duration that is none, or not above 0. */
export function compileCatalog(catalog: Catalog): CompiledCatalog {
  return Object.fromEntries(
    Object.entries(catalog).map(([type, { expectedMaxDuration, team }]) => {
      const expectedMs = milliseconds(expectedMaxDuration);
      if (!(expectedMs > 0 && Number.isFinite(expectedMs))) {
        throw new TypeError(
          `LonghaulPlugin: catalog.${type}.expectedMaxDuration is ${JSON.stringify(expectedMaxDuration)}; ` +
            "use milliseconds above 0, or a string such as '3 days'",
        );
      }
      if (team !== undefined && (typeof team !== 'string' || team === '')) {
        throw new TypeError(`LonghaulPlugin: catalog.${type}.team is ${JSON.stringify(team)}; use a name`);
      }
      return [type, { expectedMs, ...(team === undefined ? {} : { team }) }];
    }),
  );
}

function milliseconds(duration: Duration): number {
  try {
    return msToNumber(duration);
  } catch {
    return Number.NaN;
  }
}
