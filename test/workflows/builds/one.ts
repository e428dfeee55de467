import { ledgerOf } from './ledger';

export const ledger = ledgerOf(1);
