import type { Page } from 'longhaul/recipes';

/** Numbers from `cursor` on, a page of them. */
export async function numbersFrom(cursor: number | undefined, to: number, size: number): Promise<Page<number, number>> {
  await Promise.resolve();
  const from = cursor ?? 1;
  const end = Math.min(to, from + size - 1);
  const items = Array.from({ length: end - from + 1 }, (_, index) => from + index);
  return end < to ? { items, next: end + 1 } : { items };
}

export async function same(n: number): Promise<number> {
  return await Promise.resolve(n);
}

export { childOutcomes } from 'longhaul/activities';
