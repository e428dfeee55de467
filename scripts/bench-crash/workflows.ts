import { proxyActivities } from '@temporalio/workflow';
import type * as activities from './activities';

export type Kind = keyof typeof activities;

/** Runs one of the counters until a second attempt tells where it begins. */
export async function count(kind: Kind, file: string): Promise<void> {
  const counters = proxyActivities<typeof activities>({
    startToCloseTimeout: '10 minutes',
    heartbeatTimeout: '3 seconds',
    retry: { initialInterval: 1 },
  });
  await counters[kind](file);
}
