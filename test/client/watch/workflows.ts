import {
  ActivityCancellationType,
  CancellationScope,
  ParentClosePolicy,
  continueAsNew,
  defineSignal,
  proxyActivities,
  setHandler,
  sleep,
  startChild,
  workflowInfo,
} from '@temporalio/workflow';
import { inbox, longRunning } from 'longhaul/workflows';
import type * as activities from './activities';

// eslint-disable-next-line longhaul/require-heartbeat-timeout, longhaul/require-activity-timeout -- that is what is wrong with these
const oftenTried = proxyActivities<typeof activities>({
  startToCloseTimeout: '1 hour',
  retry: { initialInterval: '1 ms', maximumInterval: '10 ms' },
});
// eslint-disable-next-line longhaul/require-heartbeat-timeout -- and with these
const unwatched = proxyActivities<typeof activities>({
  startToCloseTimeout: '1 hour',
  scheduleToCloseTimeout: '1 day',
});
const watched = proxyActivities<typeof activities>({
  startToCloseTimeout: '1 hour',
  scheduleToCloseTimeout: '1 day',
  heartbeatTimeout: '500 ms',
});

export const ping = defineSignal('ping');

/** As designed: it waits for days. */
export async function waits(): Promise<void> {
  await sleep('3 days');
}

/** The same; another type, for another limit. */
export async function waitsTooLong(): Promise<void> {
  await sleep('3 days');
}

/** Begins anew, so that the start that visibility tells is of its last run. */
export async function rolls(): Promise<void> {
  if (workflowInfo().continuedFromExecutionRunId === undefined) await continueAsNew<typeof rolls>();
  await sleep('3 days');
}

export async function takesAnotherPath(): Promise<void> {
  await sleep(1);
  // eslint-disable-next-line longhaul/no-wall-clock-leak -- that is what is wrong with it
  if (workflowInfo().unsafe.isReplaying) await watched.beats();
  await sleep(1);
  await sleep('3 days');
}

export async function passesTooMuch(): Promise<void> {
  await watched.takes('x'.repeat(5_000_000));
}

export async function throwsPlainly(): Promise<void> {
  await sleep(1);
  // eslint-disable-next-line longhaul/no-plain-error -- that is what is wrong with it
  throw new Error('a plain error');
}

/** The same, and takes pings meanwhile. */
export async function throwsWhilePinged(): Promise<void> {
  setHandler(ping, () => undefined);
  await throwsPlainly();
}

export async function retriesForEver(): Promise<void> {
  await oftenTried.fails();
}

export async function succeedsInTheEnd(): Promise<void> {
  await oftenTried.failsTwice();
  await sleep('3 days');
}

export async function callsSilent(): Promise<void> {
  await unwatched.hangs();
}

export async function callsBeating(): Promise<void> {
  await watched.beats();
}

/** Beats, but for longer than it may. */
export async function callsLate(): Promise<void> {
  await watched.beats();
}

export async function takesPings(): Promise<void> {
  setHandler(ping, () => undefined);
  await sleep('3 days');
}

export async function fansOut(width: number): Promise<void> {
  await Promise.all(Array.from({ length: width }, () => watched.beats()));
}

export async function hasChildren(width: number): Promise<void> {
  const child = { parentClosePolicy: ParentClosePolicy.TERMINATE };
  await Promise.all(Array.from({ length: width }, () => startChild(waits, child)));
  await sleep('3 days');
}

/** Its history grows by each step, and by what each passes. */
export async function grows(steps: number, bytes: number): Promise<void> {
  for (let step = 0; step < steps; step += 1) await watched.takes('x'.repeat(bytes));
  await sleep('3 days');
}

const elsewhere = proxyActivities<typeof activities>({
  taskQueue: 'no-activities',
  startToCloseTimeout: '1 minute',
  scheduleToCloseTimeout: '1 day',
});

export async function callsNobody(): Promise<void> {
  await elsewhere.takes('a task that no worker takes');
}

const own = proxyActivities<typeof activities>({ startToCloseTimeout: '1 minute', scheduleToCloseTimeout: '1 day' });

export async function callsItsOwnQueue(): Promise<void> {
  await own.takes('a task that its own worker does not take');
}

// eslint-disable-next-line longhaul/require-heartbeat-timeout, longhaul/require-activity-timeout -- that is what is wrong with these
const slowly = proxyActivities<typeof activities>({
  startToCloseTimeout: '1 hour',
  retry: { initialInterval: '400 ms', maximumInterval: '400 ms' },
});

/** Each attempt is young, and the activity as old as its workflow. */
export async function triesSlowly(): Promise<void> {
  await slowly.fails();
}

// eslint-disable-next-line longhaul/require-heartbeat-timeout -- and with this
const stubborn = proxyActivities<typeof activities>({
  startToCloseTimeout: '1 hour',
  scheduleToCloseTimeout: '1 day',
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
});

/** Waits for an activity that does not hear of its cancellation, since it does not beat. */
export async function waitsForItsCancellation(): Promise<void> {
  const scope = new CancellationScope();
  const hanging = scope.run(() => stubborn.hangs());
  await sleep(300);
  scope.cancel();
  await hanging;
}

export const add = defineSignal<[number]>('add');

const options = {
  state: { version: 1, initial: () => ({}) },
  inboxes: { numbers: inbox(add) },
  backlog: { tasks: 2, searchAttribute: true },
};

export const neverReads = longRunning('neverReads', options, async () => {
  await sleep('3 days');
});

export const reads = longRunning('reads', options, async (run) => {
  await run.inboxes.numbers.forEach(() => Promise.resolve());
});
