import { setTimeout } from 'node:timers/promises';
import { ApplicationFailure, cancellationSignal } from '@temporalio/activity';
export async function work(_id: string, ms: number, fail: boolean): Promise<void> {
  await setTimeout(ms, undefined, { signal: cancellationSignal() });
  if (fail) throw ApplicationFailure.retryable('asked to fail');
}
export async function page(cursor: number | undefined, to: number): Promise<{ items: number[]; next?: number }> {
  const from = cursor ?? 0;
  await setTimeout(3);
  const items = [from, from + 1, from + 2, from + 3].filter((n) => n < to);
  return from + 4 < to ? { items, next: from + 4 } : { items };
}
export async function asked(n: number): Promise<{ done: boolean }> {
  await setTimeout(2);
  return { done: n > 8 };
}
export async function none(): Promise<undefined> {
  await Promise.resolve();
  return undefined;
}
