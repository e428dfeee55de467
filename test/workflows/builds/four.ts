import { ledgerOf, step } from './ledger';

export const ledger = ledgerOf(4, { 1: step(1), 2: step(2), 3: step(3) });
