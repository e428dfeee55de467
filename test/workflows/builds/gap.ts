import { ledgerOf, step } from './ledger';

export const ledger = ledgerOf(4, { 1: step(1), 3: step(3) });
