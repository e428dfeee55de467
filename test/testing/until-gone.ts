import { setTimeout as sleep } from 'node:timers/promises';

/** Waits until the process `pid`, which is not a child of this one, is gone. */
export async function untilGone(pid: number): Promise<void> {
  for (;;) {
    try {
      process.kill(pid, 0);
    } catch {
      return;
    }
    await sleep(20); // the operating system has no event for the end of another's child
  }
}
