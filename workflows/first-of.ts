import { isCancellation, log } from '@temporalio/workflow';
import { race } from './race';
import { waitingOn } from './waits';

/** What may happen first, by name. */
export type Branches = Readonly<Record<string, () => Promise<unknown>>>;

/** Which branch won, and with what: `name` tells the type of `value`. */
export type FirstOf<B extends Branches> = {
  [Name in keyof B & string]: { readonly name: Name; readonly value: Awaited<ReturnType<B[Name]>> };
}[keyof B & string];

/**
 * Waits for the first of several things, and calls the others off.
 *
 * `Promise.race` leaves its losers running: a timer stays open, an activity goes on, and a lost `condition()` is evaluated at each
 * activation until the run ends. Here each branch has a cancellation scope. When one ends, the others are cancelled and waited for,
 * their clean-up included. An inbox item that a loser had just been given goes back to its inbox.
 *
 * @param branches Started in the order of their keys. A branch that must not be cut off waits in `shielded`.
 * @returns the winner's name and value, once every loser has ended.
 * @throws what the first branch threw, where it ended by throwing. What a loser throws other than the cancellation is logged.
 * @throws CancelledFailure when the enclosing cancellation scope is cancelled.
 * @throws TypeError when there are no branches; it fails the workflow task. So does, at once, a plain `Error` of the first branch where
 *   others take their time to end.
 * @remarks Records nothing of its own but the cancellation of what the losers had started. Adding, removing or reordering branches
 *   in a deployed workflow needs `patched()`.
 */
export async function firstOf<const B extends Branches>(branches: B): Promise<FirstOf<B>> {
  const names = Object.keys(branches);
  if (names.length === 0) throw new TypeError('firstOf({}) has no branches, and would wait for ever');
  const done = waitingOn({ kind: 'firstOf', what: names.join(' | ') });
  try {
    const { winner, losers } = await race(branches);
    for (const { name, result } of losers) {
      if (result.status === 'fulfilled' || isCancellation(result.reason)) continue;
      log.warn('longhaul: a branch of firstOf failed after it had lost', { name, error: String(result.reason) });
    }
    if (winner.result.status === 'rejected') throw winner.result.reason;
    return { name: winner.name, value: winner.result.value } as FirstOf<B>;
  } finally {
    done();
  }
}
