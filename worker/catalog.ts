import { lengthOfTime } from '../workflows/duration';
import type { Duration } from '../workflows/duration';
import { checkGiven } from '../workflows/options';

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
    Object.entries(catalog).map(([type, entry]) => {
      checkGiven('LonghaulPlugin', `catalog.${type}`, entry, ['expectedMaxDuration', 'team']);
      const { expectedMaxDuration, team } = entry;
      const expectedMs = lengthOfTime(`LonghaulPlugin: catalog.${type}.expectedMaxDuration`, expectedMaxDuration, {
        most: Number.MAX_VALUE,
      });
      if (team !== undefined && (typeof team !== 'string' || team === '')) {
        throw new TypeError(`LonghaulPlugin: catalog.${type}.team is ${JSON.stringify(team)}; use a name`);
      }
      return [type, { expectedMs, ...(team === undefined ? {} : { team }) }];
    }),
  );
}
