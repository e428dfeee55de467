import { takeOver } from './take-over';

export const parcels = takeOver(() => undefined);
