import { heartbeat, sleep } from '@temporalio/activity';
import { crashPoint } from '../../testing';

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

/** Charges in three moves, between each of which a worker may be crashed. */
export async function charge(order: number): Promise<string> {
  crashPoint('before-charge');
  await Promise.resolve();
  crashPoint('after-charge');
  return `${order} by ${process.pid}`;
}
