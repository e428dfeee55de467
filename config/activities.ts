import { ConfigError } from './config-error';
import type { LonghaulConfig } from './config';
import { defaultExport, hasNamedExportsOnly, loadModule, whyNotLoaded } from './load-module';

/** Activities that are there, and what ends their resources. */
export interface Provided {
  activities: object;
  close: () => Promise<void>;
}

/**
 * Makes the activities of a configuration.
 *
 * @throws ConfigError if what makes them fails or gives none.
 */
export async function provideActivities(given: LonghaulConfig['activities'], where: string): Promise<Provided> {
  let made: unknown = given;
  if (typeof given === 'function') {
    try {
      made = await (given as () => unknown)();
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      const isNative = where.endsWith('.mjs') && (cause as NodeJS.ErrnoException).code === 'ERR_MODULE_NOT_FOUND';
      const fix = isNative ? "; import TypeScript at the top of the file, since Node's own import() finds none" : '';
      throw new ConfigError(`${where}: activities can't be made: ${why.split('\n')[0] ?? ''}${fix}`, { cause });
    }
  }
  if (typeof made !== 'object' || made === null) {
    throw new ConfigError(`${where}: the function of activities gives ${typeof made}; return an object of functions.`);
  }
  const { activities, close } = made as { activities?: unknown; close?: () => unknown };
  if (typeof activities !== 'object' || activities === null)
    return { activities: made, close: () => Promise.resolve() };
  return {
    activities,
    close: async () => {
      await close?.();
    },
  };
}

/**
 * The activities of a module: its exports; or its default export, which may also be a function that makes them.
 *
 * @throws ConfigError if it can't be loaded.
 */
export async function activitiesIn(path: string, shown: string): Promise<NonNullable<LonghaulConfig['activities']>> {
  try {
    const { exported } = await loadModule(path);
    return (hasNamedExportsOnly(exported) ? exported : defaultExport(exported)) as object;
  } catch (cause) {
    throw new ConfigError(`${shown} can't be loaded: ${whyNotLoaded(cause, path)}`, { cause });
  }
}
