import { fromPlainArgs, takeOver } from './take-over';

export const parcels = takeOver(fromPlainArgs);
