import { ApplicationFailure } from '@temporalio/common';
import { activityInfo } from '@temporalio/activity';

export { registeredSearchAttributes } from 'longhaul/activities';

const kept = new Map<string, unknown>();
export const calls: string[] = [];

export function think(prompt: string): Promise<{ text: string; tokens: number; cost: number }> {
  calls.push(prompt);
  return Promise.resolve({ text: `thought of ${prompt}`, tokens: 10, cost: 0.25 });
}

/** Fails as often as it is told to, by a failure of its own type. */
export function flaky(failures: number): Promise<number> {
  const { attempt } = activityInfo();
  if (attempt <= failures) throw ApplicationFailure.retryable(`attempt ${attempt}`, 'Flaky');
  return Promise.resolve(attempt);
}

export function lookUp(key: string): Promise<{ value: unknown } | undefined> {
  if (key === 'no store') throw ApplicationFailure.nonRetryable('the store is away');
  return Promise.resolve(kept.has(key) ? { value: kept.get(key) } : undefined);
}

export function keep(key: string, value: unknown): Promise<void> {
  if (key.startsWith('read-only')) throw ApplicationFailure.nonRetryable('the store is read-only');
  kept.set(key, value);
  return Promise.resolve();
}

export async function slowly(ms: number): Promise<string> {
  calls.push('slowly');
  await new Promise((resolve) => setTimeout(resolve, ms));
  return 'at last';
}
