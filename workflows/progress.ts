import { TemporalFailure } from '@temporalio/common';
import type { SearchAttributePair } from '@temporalio/common';
import { isCancellation, log, upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import { lengthInMs } from './deadline';
import type { Duration } from './duration';
import type { Part, PartHost } from './part';
import { workflowNow } from './workflow-now';

/** A search attribute by name and type, as `registeredSearchAttributes` of `longhaul/activities` takes it. */
export interface WantedAttribute {
  name: string;
  /** As in `defineSearchAttributeKey`: `'KEYWORD'`, `'INT'` and so on. */
  type: string;
}

export interface ProgressOptions {
  /**
   * How the run learns which attributes the server has. To set one that it has not fails the workflow task until somebody
   * registers it, so ask: with the activity `registeredSearchAttributes` of `longhaul/activities`, through `proxyActivities` or
   * `proxyLocalActivities`. One that is missing is left out, with a warning. `'assumed'` asks nothing.
   */
  registered: 'assumed' | ((wanted: WantedAttribute[]) => Promise<string[]>);

  /** The least time between two upserts. What changes meanwhile is set with the next one, or as the run ends. @default '1 minute' */
  minInterval?: Duration;
}

interface CarriedProgress {
  registered: string[];
  upsertedAt: number;
}

/** `run.progress`: search attributes for dashboards and lists, where somebody asked for them. */
export function progressPart(host: PartHost, carried: unknown): Part {
  const { registered: there = [], upsertedAt: before } = (carried ?? {}) as Partial<CarriedProgress>;
  const registered = new Map(there.map((name) => [name, true]));
  const held = new Map<string, SearchAttributePair>();
  let upsertedAt = before;

  const flush = () => {
    const changed = [...held.values()].filter(hasChanged);
    held.clear();
    if (changed.length === 0) return;
    upsertSearchAttributes(changed);
    upsertedAt = workflowNow();
  };

  const learn = async ({ registered: ask }: ProgressOptions, wanted: WantedAttribute[]) => {
    const unknown = wanted.filter(({ name }) => !registered.has(name));
    if (unknown.length === 0) return;
    const found = ask === 'assumed' ? unknown.map(({ name }) => name) : await answer(ask, unknown);
    for (const { name, type } of unknown) {
      registered.set(name, found.includes(name));
      if (found.includes(name)) continue;
      log.warn('longhaul: the server has no such search attribute; it is left out until the run after this one', {
        name,
        type,
        fix: `temporal operator search-attribute create --name ${name} --type ${commandLineType(type)}`,
      });
    }
  };

  return {
    carry: (): CarriedProgress | undefined =>
      upsertedAt === undefined
        ? undefined
        : { registered: [...registered].filter(([, yes]) => yes).map(([name]) => name), upsertedAt },
    leaving: flush,
    run: {
      progress: async (...pairs: SearchAttributePair[]): Promise<void> => {
        const { progress } = host.declared.options;
        if (!progress) {
          throw new Error(
            `run.progress() of '${host.declared.name}' needs the option progress: { registered: … }, which says how to learn ` +
              'what search attributes the server has',
          );
        }
        await learn(
          progress,
          pairs.map(({ key }) => key),
        );
        for (const pair of pairs) if (registered.get(pair.key.name)) held.set(pair.key.name, pair);
        const interval = lengthInMs(progress.minInterval ?? '1 minute', 'progress.minInterval');
        if (upsertedAt === undefined || workflowNow() - upsertedAt >= interval) flush();
      },
    },
  };
}

/** Whether the server's value is another one: an upsert of what stands there would cost an event for nothing. */
function hasChanged({ key, value }: SearchAttributePair): boolean {
  return JSON.stringify(workflowInfo().typedSearchAttributes.get(key)) !== JSON.stringify(value);
}

async function answer(
  ask: Exclude<ProgressOptions['registered'], 'assumed'>,
  wanted: WantedAttribute[],
): Promise<string[]> {
  try {
    return await ask(wanted.map(({ name, type }) => ({ name, type })));
  } catch (error) {
    // Progress is for onlookers: it must not stop what they look at.
    if (!(error instanceof TemporalFailure) || isCancellation(error)) throw error;
    log.warn('longhaul: could not learn which search attributes the server has', { error: error.message });
    return [];
  }
}

/** `KEYWORD_LIST` → `KeywordList`, as the Temporal CLI wants it. */
function commandLineType(type: string): string {
  return type.toLowerCase().replace(/(^|_)(.)/g, (_, _gap, letter: string) => letter.toUpperCase());
}
