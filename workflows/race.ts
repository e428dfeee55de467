import { CancellationScope } from '@temporalio/workflow';
import { BranchScope } from './branch';
import { atRest, failTaskNow, isBug } from './bug';

/** How a branch of a race ended. */
export interface Ended {
  readonly name: string;
  readonly result: PromiseSettledResult<unknown>;
}

/**
 * Runs each branch in a cancellation scope of its own. The first one that ends wins; the others are cancelled, and have come to
 * their own end, clean-up included, when this returns.
 */
export async function race(
  branches: Readonly<Record<string, () => Promise<unknown>>>,
): Promise<{ winner: Ended; losers: Ended[] }> {
  const runners = Object.entries(branches).map(([name, work]) => {
    const scope = new BranchScope();
    // A rejection is a value here, so that none is ever unhandled, however late it comes.
    const ended = scope.run(work).then(
      (value): Ended => ({ name, result: { status: 'fulfilled', value } }),
      (reason: unknown): Ended => ({ name, result: { status: 'rejected', reason } }),
    );
    return { name, scope, ended };
  });
  const winner = await Promise.race(runners.map(({ ended }) => ended));
  const others = runners.filter(({ name }) => name !== winner.name);
  // Cancellation is also what takes a condition() off the list that is evaluated at each activation.
  for (const { scope } of others) scope.cancel();
  if (winner.result.status === 'rejected' && isBug(winner.result.reason))
    void failUnlessEnded(winner.result.reason, others);
  const losers = await Promise.all(others.map(({ ended }) => ended));
  for (const { scope } of others) scope.lost();
  return { winner, losers };
}

/** A mistake in a branch is not to wait for the clean-up of the others. */
async function failUnlessEnded(bug: unknown, others: readonly { ended: Promise<Ended> }[]): Promise<void> {
  let open = others.length;
  for (const { ended } of others) void ended.then(() => (open -= 1));
  await CancellationScope.nonCancellable(atRest);
  if (open > 0) failTaskNow(bug);
}
