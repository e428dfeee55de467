import { heartbeat, sleep } from '@temporalio/activity';

export async function work(what: string): Promise<string> {
  await Promise.resolve();
  return `${what} done`;
}

/** A plain activity that takes its time. */
export async function crawl(steps: number): Promise<number> {
  for (let step = 0; step < steps; step += 1) {
    heartbeat(step);
    await sleep(20);
  }
  return steps;
}
