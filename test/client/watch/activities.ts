import { activityInfo, heartbeat, sleep } from '@temporalio/activity';

export function fails(): Promise<void> {
  return Promise.reject(new Error('the provider is down'));
}

export function failsTwice(): Promise<void> {
  return activityInfo().attempt < 3 ? fails() : Promise.resolve();
}

export function takes(text: string): Promise<number> {
  return Promise.resolve(text.length);
}

/** Runs and says nothing, as it would after its worker died. */
export async function hangs(): Promise<void> {
  await sleep('1 hour');
}

export async function beats(): Promise<void> {
  for (;;) {
    heartbeat();
    await sleep(50);
  }
}
