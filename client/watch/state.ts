import { readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { makeFolder } from '../../config/make-folder';
import type { WatchCase } from './report';

/** What a watch remembers over its restarts. */
export interface WatchState {
  schema: 'longhaul.watch-state/1';
  namespace: string;
  /** Cases that were told of, and are not over. */
  cases: WatchCase[];
  /** Where the sweep stands: the server's page token in base64. */
  sweep: { token: string; startedAt: string; looked: number; lastRoundAt: string | null; lastRoundMs: number | null };
  /** Task queues that were seen, with the moment of the last time. */
  taskQueues: Record<string, string>;
  /** Since when the server has not answered. */
  unreachableSince: string | null;
}

/** Where the state is kept. */
export interface WatchStore {
  load(): Promise<WatchState | undefined>;
  save(state: WatchState): Promise<void>;
}

export function freshState(namespace: string, now: string): WatchState {
  return {
    schema: 'longhaul.watch-state/1',
    namespace,
    cases: [],
    sweep: { token: '', startedAt: now, looked: 0, lastRoundAt: null, lastRoundMs: null },
    taskQueues: {},
    unreachableSince: null,
  };
}

/** Keeps the state for as long as the process runs. */
export function memoryStore(): WatchStore {
  let kept: WatchState | undefined;
  return {
    load: () => Promise.resolve(kept),
    save: (state) => {
      kept = state;
      return Promise.resolve();
    },
  };
}

/**
 * Keeps the state in a file, which is written whole or not at all.
 *
 * The server has no place for what was told of: with the file, a watch that restarts tells nobody of a case anew. A file that is
 * missing or damaged costs no more than that.
 */
export function fileStore(path: string): WatchStore {
  return {
    async load() {
      try {
        const state: unknown = JSON.parse(await readFile(path, 'utf8'));
        return isState(state) ? state : undefined;
      } catch (error) {
        if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
        throw error;
      }
    },
    async save(state) {
      await makeFolder(dirname(path));
      const draft = `${path}.${process.pid}.tmp`;
      await writeFile(draft, JSON.stringify(state));
      await rename(draft, path);
    },
  };
}

function isState(value: unknown): value is WatchState {
  const { schema, cases, sweep, taskQueues } = Object(value) as Partial<WatchState>;
  const isObject = (part: unknown): boolean => typeof part === 'object' && part !== null;
  const isWhole =
    Array.isArray(cases) && cases.every(isObject) && typeof sweep?.token === 'string' && isObject(taskQueues);
  return schema === 'longhaul.watch-state/1' && isWhole;
}
