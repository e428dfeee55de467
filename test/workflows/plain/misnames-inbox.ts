import { takeOver } from './take-over';

export const parcels = takeOver((depot, waiting = []) => ({ args: [{ depot }], items: { parcel: waiting } as object }));
