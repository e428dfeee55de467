import {
  ApplicationFailure,
  CancellationScope,
  condition,
  defineSignal,
  isCancellation,
  proxyActivities,
  sleep,
} from '@temporalio/workflow';
import { cleanUp, firstOf, inbox, longRunning, shielded, waitFor, withTimeout, workflowNow } from 'longhaul/workflows';
import type * as activities from '../activities';

export const go = defineSignal<[string]>('go');

const { ship, slowShip } = proxyActivities<typeof activities>({ startToCloseTimeout: '20 seconds' });

/** Loses `rounds` conditions, and counts how often they are looked at over the activations that follow. */
async function evaluations(rounds: number, lose: (lost: () => boolean) => Promise<unknown>): Promise<number> {
  let looks = 0;
  const lost = () => {
    looks += 1;
    return false;
  };
  for (let round = 0; round < rounds; round += 1) {
    await lose(lost);
    if (round % 100 === 99) await sleep(1);
  }
  const before = looks;
  for (let tick = 0; tick < 3; tick += 1) await sleep(1);
  return looks - before;
}

/** How often lost conditions are still evaluated: after firstOf, and after the Promise.race that it replaces. */
export async function lostConditions(rounds: number): Promise<{ firstOf: number; race: number }> {
  return {
    firstOf: await evaluations(rounds, (lost) =>
      firstOf({ never: () => condition(lost), now: () => Promise.resolve() }),
    ),
    race: await evaluations(200, (lost) => Promise.race([condition(lost), Promise.resolve()])),
  };
}

export async function raceOfKinds(): Promise<unknown[]> {
  const log: unknown[] = [];
  const winner = await firstOf({
    text: async () => {
      await sleep(5);
      return 'early';
    },
    number: async () => {
      try {
        await sleep('1 hour');
        return 1;
      } catch (error) {
        log.push(isCancellation(error) ? 'told' : 'what?');
        await shielded(() => ship('after the race'));
        log.push('cleaned up');
        throw ApplicationFailure.nonRetryable('the clean-up of a loser');
      }
    },
    activity: () => slowShip('not in time'),
  });
  const length: number = winner.name === 'text' ? winner.value.length : 0;
  log.push(winner, length);
  return log;
}

export async function failsFirst(): Promise<string[]> {
  const log: string[] = [];
  try {
    await firstOf({
      bad: () => Promise.reject(ApplicationFailure.nonRetryable('first of all')),
      good: async () => {
        await sleep('1 hour').catch(() => log.push('called off'));
      },
    });
  } catch (error) {
    log.push((error as Error).message);
  }
  return log;
}

/** Cancelled from outside: every branch hears of it, and each one's clean-up is waited for. */
export async function cancelledRace(): Promise<void> {
  const log: string[] = [];
  const branch = (name: string) => async () => {
    try {
      await sleep('1 hour');
    } catch (error) {
      await shielded(() => ship(name));
      log.push(name);
      throw error;
    }
  };
  try {
    await firstOf({ one: branch('one'), two: branch('two') });
  } catch (error) {
    if (!isCancellation(error)) throw error;
    throw ApplicationFailure.nonRetryable(`cancelled after ${log.sort().join(' and ')}`);
  }
}

/** A loser is handed an item in the very moment in which it loses. */
export const raceForItems = longRunning(
  'raceForItems',
  { state: { version: 1, initial: () => ({ got: [] as string[], stopped: false }) }, inboxes: { gos: inbox(go) } },
  async (run) => {
    const { gos } = run.inboxes;
    const winner = await firstOf({ depth: () => condition(() => gos.depth > 0), item: () => gos.next() });
    run.state.got.push(winner.name);
    const scope = CancellationScope.current();
    // In a nested race the outer loser's item goes back too.
    const nested = await firstOf({
      outer: () => condition(() => gos.depth > 1),
      inner: async () => {
        await firstOf({ item: () => gos.next(), never: () => sleep('1 hour') });
        await sleep('1 hour');
      },
    });
    run.state.got.push(nested.name);
    while (run.state.got.at(-1) !== 'last') run.state.got.push(await gos.next());
    return { got: run.state.got, cancelled: scope.consideredCancelled };
  },
);

export type How = 'ends' | 'late' | 'fails' | 'answers late' | 'undo fails' | 'cancelled';

/** Work with a time-out and a clean-up, and what came of it. */
export async function timesOut(how: How): Promise<string[]> {
  const log: string[] = [];
  const work = async (): Promise<string> => {
    if (how === 'ends') return 'in time';
    if (how === 'fails') throw ApplicationFailure.nonRetryable('out of stock');
    if (how === 'answers late')
      return await sleep('1 hour').then(
        () => 'never',
        () => 'too late',
      );
    await sleep('1 hour');
    return 'an hour later';
  };
  const timeout = how === 'cancelled' ? '1 hour' : 20;
  try {
    const answer = await cleanUp(
      () => withTimeout(work, { timeout, what: 'the payment' }),
      async ({ reason }) => {
        await ship('undo');
        log.push(`undone: ${reason}`);
        if (how === 'undo fails') throw ApplicationFailure.nonRetryable('no refund');
      },
    );
    log.push(answer);
  } catch (error) {
    const type = error instanceof ApplicationFailure ? error.type : undefined;
    log.push(`${type ?? (error as Error).name}: ${(error as Error).message}`);
  }
  return log;
}

/** A bug in cancellable code is no failure: its clean-up would be done for nothing. */
export async function buggy(): Promise<void> {
  await cleanUp(
    async () => {
      await ship('before the bug');
      throw new TypeError('a bug');
    },
    () => ship('undo'),
  );
}

const noState = { version: 1, initial: () => ({}) };
const message = (error: unknown) => (error instanceof Error ? error.message : String(error));

/** Rolls over twice, waits in the third run for what never comes, and says how long after the start of the first it gave up. */
export const deadlineOverRuns = longRunning(
  'deadlineOverRuns',
  { state: { version: 1, initial: (_ms: number) => ({}) }, rollOver: { events: 10 }, deadline: (ms) => ms },
  async (run) => {
    while (run.number < 3) {
      await run.safePoint();
      await ship('on the way');
    }
    const { at } = run.deadline;
    let type: string | null | undefined;
    try {
      await waitFor(() => false, { deadline: run.deadline, what: 'nothing' });
    } catch (error) {
      if (error instanceof ApplicationFailure) ({ type } = error);
    }
    return { type, at, startedAt: run.startedAt, gaveUpAt: workflowNow(), left: run.deadline.remaining };
  },
);

export const movedDeadline = longRunning(
  'movedDeadline',
  { state: noState, deadline: '1 hour', inboxes: { gos: inbox(go) } },
  async (run) => {
    const log: string[] = [];
    const waiting = withTimeout(() => sleep('2 hours'), { deadline: run.deadline, what: 'the nap' });
    const first = firstOf({
      nap: () => waiting.catch(message),
      ready: () => waitFor(() => false, { deadline: run.deadline, what: 'nobody' }).catch(message),
    });
    log.push(await run.inboxes.gos.next(), String(run.deadline.passed));
    run.deadline.clear();
    await sleep(1);
    run.deadline.set(new Date(workflowNow() + 40));
    log.push(String((await first).value));
    await run.deadline.wait();
    log.push(String(run.deadline.passed), String(run.deadline.remaining));
    await withTimeout(
      () => {
        log.push('begun');
        return sleep(1);
      },
      { deadline: run.deadline, what: 'late work' },
    ).catch((error: unknown) => log.push(message(error).replace(/until .*Z/, 'until then')));
    await waitFor(() => true, { deadline: run.deadline });
    run.deadline.set('1 hour');
    await waitFor(() => run.number === 1, { deadline: run.deadline });
    return log;
  },
);

export const noDeadline = longRunning('noDeadline', { state: noState }, async (run) => {
  await waitFor(() => false, { deadline: run.deadline, what: 'anything' });
});
