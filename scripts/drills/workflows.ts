import { proxyActivities } from '@temporalio/workflow';
import type * as activities from './activities';

export type Kind = keyof typeof activities;

/** Long enough that a busy machine's late beat is not taken for a crash. */
export const heartbeatTimeoutMs = 2_000;

/** Runs one of the activities until a second attempt tells where it begins. */
export async function drilled(kind: Kind, file: string): Promise<void> {
  const kinds = proxyActivities<typeof activities>({
    startToCloseTimeout: '10 minutes',
    heartbeatTimeout: heartbeatTimeoutMs,
    retry: { initialInterval: 1 },
  });
  await kinds[kind](file);
}
