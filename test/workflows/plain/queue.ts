import { condition, continueAsNew, defineQuery, defineSignal, proxyActivities, setHandler } from '@temporalio/workflow';
import type * as activities from '../activities';

export interface Parcel {
  id: string;
  last?: boolean;
}

export const addParcel = defineSignal<[Parcel]>('addParcel');
export const turnOver = defineSignal('turnOver');
export const codeQuery = defineQuery<string>('code');

const { ship } = proxyActivities<typeof activities>({ startToCloseTimeout: '20 seconds' });

/** A queue as the SDK's samples write it: what it holds it hands on by hand. */
export async function parcels(depot: string, waiting: Parcel[] = [], seen: string[] = []): Promise<string> {
  const asked = { turn: false };
  const shipped: string[] = [];
  setHandler(codeQuery, () => 'plain');
  setHandler(turnOver, () => {
    asked.turn = true;
  });
  setHandler(addParcel, (parcel) => {
    if (seen.includes(parcel.id)) return;
    seen.push(parcel.id);
    waiting.push(parcel);
  });
  for (;;) {
    await condition(() => asked.turn || waiting.length > 0);
    if (asked.turn) return await continueAsNew<typeof parcels>(depot, waiting, seen);
    const parcel = waiting.shift();
    if (!parcel) continue;
    await ship(`${depot}/${parcel.id}`);
    shipped.push(parcel.id);
    if (parcel.last) return `plain at ${depot}, shipped ${shipped.join(' ')}, seen ${seen.join(' ')}`;
  }
}
