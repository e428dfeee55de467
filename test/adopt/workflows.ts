import { condition, continueAsNew, defineSignal, proxyActivities, setHandler, sleep } from '@temporalio/workflow';
import type * as activities from './activities';

export const go = defineSignal<[string]>('go');
export const turn = defineSignal('turn');

// Unwatched, which is what the guard looks for. A worker that shuts down loses a task that it is given in that moment, and nobody
// notices before this has passed: a retry must not come so soon that it meets the shutdown.
// longhaul-ignore require-heartbeat-timeout: what an application may have before it adopts longhaul
const { work, crawl } = proxyActivities<typeof activities>({
  startToCloseTimeout: '1 minute',
  retry: { initialInterval: '2 seconds', backoffCoefficient: 1 },
});
const watched = proxyActivities<typeof activities>({ startToCloseTimeout: '1 minute', heartbeatTimeout: '3 seconds' });

/** Waits for a signal, twice, with an activity between. */
export async function signalled(): Promise<string[]> {
  const got: string[] = [];
  setHandler(go, (word) => void got.push(word));
  await condition(() => got.length > 0);
  await work('between');
  await condition(() => got.length > 1);
  return got;
}

/** Waits on a timer that outlives the switch. */
export async function timed(ms: number): Promise<string> {
  await sleep(ms);
  return await work('timed');
}

/** Continues as new when it is told to, with what it got. */
export async function turning(got: string[] = []): Promise<string[]> {
  let again = false;
  setHandler(go, (word) => void got.push(word));
  setHandler(turn, () => {
    again = true;
  });
  await condition(() => again || got.length > 2);
  return got.length > 2 ? got : await continueAsNew<typeof turning>(got);
}

/** Has an activity in flight over the switch. */
export async function crawling(steps: number): Promise<number> {
  return await crawl(steps);
}

/** The same, with a heartbeat timeout. */
export async function watchedCrawling(steps: number): Promise<number> {
  return await watched.crawl(steps);
}
