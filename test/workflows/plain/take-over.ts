import { setHandler } from '@temporalio/workflow';
import { inbox, longRunning } from 'longhaul/workflows';
import type { Replaces } from 'longhaul/workflows';
import { addParcel, codeQuery, parcels as plainParcels } from './queue';
import type { Parcel } from './queue';

interface Depot {
  depot: string;
  shipped: string[];
  last: boolean;
}

const inboxes = { parcels: inbox(addParcel, { dedupe: { by: ({ id }: Parcel) => id } }) };
type Old = Parameters<typeof plainParcels>;
type FromArgs = Replaces<Old, [{ depot: string }], Depot, typeof inboxes>['fromArgs'];

/** The same workflow type on longhaul, with the argument in another form than before. */
export const takeOver = (fromArgs: FromArgs) =>
  longRunning(
    'parcels',
    {
      state: { version: 1, initial: ({ depot }: { depot: string }): Depot => ({ depot, shipped: [], last: false }) },
      inboxes,
      replaces: { workflow: plainParcels, fromArgs },
    },
    async (run) => {
      setHandler(codeQuery, () => 'longhaul');
      await run.inboxes.parcels.forEach(
        async ({ id, last = false }) => {
          await Promise.resolve();
          run.state.shipped.push(id);
          run.state.last ||= last;
        },
        { until: () => run.state.last },
      );
      return `longhaul at ${run.state.depot} (${run.args[0].depot}) in run ${run.number}, shipped ${run.state.shipped.join(' ')}`;
    },
  );

export const fromPlainArgs: FromArgs = (depot, waiting = [], seen = []) =>
  typeof depot === 'string' ? { args: [{ depot }], items: { parcels: waiting }, seen: { parcels: seen } } : undefined;
