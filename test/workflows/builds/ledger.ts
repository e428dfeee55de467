import { defineSignal, proxyActivities } from '@temporalio/workflow';
import { inbox, longRunning } from 'longhaul/workflows';
import type { StateOptions } from 'longhaul/workflows';
import type * as activities from '../activities';

export interface LedgerEntry {
  id: string;
  last?: boolean;
}

export interface Ledger {
  /** Which build began this state, and the steps that brought it on since. */
  path: number[];
  done: string[];
  last: boolean;
}

export const addEntry = defineSignal<[LedgerEntry]>('addEntry');

const { ship } = proxyActivities<typeof activities>({ startToCloseTimeout: '20 seconds' });

type Migrations = StateOptions<[], Ledger>['migrate'];

/** One step for each version: it leaves its number behind. */
export const step = (version: number) => (old: Ledger) => ({ ...old, path: [...old.path, version] });

/** The ledger as one build has it. */
export const ledgerOf = (version: number, migrate: Migrations = {}) =>
  longRunning(
    'ledger',
    {
      state: { version, initial: (): Ledger => ({ path: [version], done: [], last: false }), migrate },
      versioning: 'pinned',
      inboxes: { entries: inbox(addEntry, { dedupe: { by: ({ id }) => id } }) },
    },
    async ({ state, inboxes }) => {
      await inboxes.entries.forEach(
        async ({ id, last = false }) => {
          await ship(id);
          state.done.push(id);
          state.last ||= last;
        },
        { until: () => state.last },
      );
      return { path: state.path, done: state.done };
    },
  );
