import { patched } from '@temporalio/workflow';
import { unwrap } from 'longhaul/workflows';
import { parcels as plainParcels } from './queue';
import { parcels as onLonghaul } from './taken-over';
import type { Parcel } from './queue';

/** The way out: runs that began under longhaul end there, and what they hand on a plain function reads. */
export async function parcels(first: string | { depot: string }, second?: unknown, third?: string[]): Promise<string> {
  if (!patched('left longhaul')) {
    return await (onLonghaul as (...args: unknown[]) => Promise<string>)(first, second, third);
  }
  const depot = typeof first === 'string' ? first : first.depot;
  const carried = unwrap<{ shipped: string[] }>(second);
  if (!carried) return await plainParcels(depot, second as Parcel[] | undefined, third);
  return await plainParcels(depot, carried.items['parcels'] as Parcel[], carried.seen['parcels']);
}
