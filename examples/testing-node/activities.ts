import { crashPoint } from 'longhaul/testing';

/** Stands for a call that may be made twice, since its provider knows the order by its id. */
export async function charge(_order: string): Promise<void> {
  await Promise.resolve();
  // The card is charged, and Temporal does not know yet: a test crashes the worker here.
  crashPoint('after-charge');
}
