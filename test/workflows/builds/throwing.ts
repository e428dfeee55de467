import { ledgerOf, step } from './ledger';

export const ledger = ledgerOf(4, {
  1: step(1),
  2: () => {
    throw new Error('the step from 2 to 3 is broken');
  },
  3: step(3),
});
