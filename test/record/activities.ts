import { ApplicationFailure } from '@temporalio/common';
import type { Customer } from './workflows';

export async function charge({ name }: Customer): Promise<{ receipt: string; card: string; state: string }> {
  await Promise.resolve();
  return { receipt: `R-${name.length}-Q77881`, card: '4111 1111 1111 1111', state: 'charged' };
}

export async function refuse(reason: string): Promise<void> {
  await Promise.resolve();
  throw ApplicationFailure.nonRetryable(reason, 'Refused', { iban: 'DE89370400440532013000' });
}
