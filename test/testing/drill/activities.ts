import { setTimeout } from 'node:timers/promises';
import { activityInfo, cancellationSignal, heartbeat, sleep } from '@temporalio/activity';
import { longActivity } from 'longhaul/activities';

/** Knows nothing of longhaul, and does it right. */
export async function resumes(): Promise<void> {
  for (let page = (activityInfo().heartbeatDetails as number | undefined) ?? 0; ; page += 1) {
    heartbeat(page);
    await sleep(50);
  }
}

/** Says where it is, and never asks. */
export async function beginsAnew(): Promise<void> {
  for (let page = 0; ; page += 1) {
    heartbeat({ page });
    await sleep(50);
  }
}

export async function saysNothing(): Promise<void> {
  for (;;) {
    heartbeat();
    await sleep(50);
  }
}

export const unnoticed = resumes;
export const triedOnce = resumes;

export const commits = longActivity(
  { checkpoint: { parse: Number }, minCommitIntervalMs: 0 },
  async ({ checkpoint, signal }) => {
    for (let page = checkpoint.last ?? 0; !signal.aborted; page += 1) {
      await checkpoint.commit(page);
      await sleep(20);
    }
    throw signal.reason;
  },
);

export async function short(): Promise<void> {
  await sleep(1);
}

export async function neverBeats(): Promise<void> {
  await sleep('1 hour');
}

/** Beats, and goes on for longer than a platform waits when its worker is to end. */
export async function lingers(): Promise<void> {
  const page = (activityInfo().heartbeatDetails as number | undefined) ?? 0;
  let end = Infinity;
  cancellationSignal().addEventListener('abort', () => (end = Date.now() + 16_000));
  while (Date.now() < end) {
    heartbeat(page);
    await setTimeout(50);
  }
  throw new Error('asked to end');
}

/** Sound by themselves: their retry policies are not. */
export const pausesLong = resumes;
export const comesLate = resumes;

/** Is scheduled with a heartbeat timeout, and never beats: each attempt is given up while it is at work. */
export const forgetsToBeat = neverBeats;

export function failsAtOnce(): Promise<void> {
  return Promise.reject(new Error('the provider is down'));
}
