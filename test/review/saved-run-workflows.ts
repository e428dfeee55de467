import { condition, defineSignal, setHandler, sleep } from '@temporalio/workflow';

export const ping = defineSignal('ping');

/** Takes pings until it has had so many, and ends at once then. */
export async function takesPings(pings: number): Promise<void> {
  let had = 0;
  setHandler(ping, () => void (had += 1));
  await condition(() => had >= pings);
}

/** Ends without a look at what it was sent. */
export async function takesNothing(): Promise<void> {
  await sleep(1);
}

/** As many events as it is asked for, and three for each. */
export async function rests(times: number): Promise<void> {
  for (let at = 0; at < times; at += 1) await sleep(1);
}

/** Ends with as much text as it is asked for. */
export async function answers(length: number): Promise<string> {
  await sleep(1);
  return 'x'.repeat(length);
}
