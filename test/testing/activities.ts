import { heartbeat, sleep } from '@temporalio/activity';

export async function greet(name: string): Promise<string> {
  return await Promise.resolve(`Hello, ${name}`);
}

/** Beats until it is killed on its first attempt, and tells which attempt came through. */
export async function beat(): Promise<number> {
  const { activityInfo } = await import('@temporalio/activity');
  const { attempt } = activityInfo();
  while (attempt === 1) {
    heartbeat();
    await sleep(100);
  }
  return attempt;
}
