import { CancellationScope } from '@temporalio/workflow';

/** Hands things out, and can take back what a branch that lost no longer needs. */
export interface Lessor {
  /** Takes back what was handed out within `branch` and is still in its hand. Synchronous. */
  takeBack(branch: CancellationScope): void;
}

/** The cancellation scope of one branch of a race. */
export class BranchScope extends CancellationScope {
  readonly lessors = new Set<Lessor>();

  /** To be called when the branch has lost and has come to its end: nobody will look at what it still holds. */
  lost(): void {
    for (const lessor of this.lessors) lessor.takeBack(this);
  }
}

/** Tells the branches around the current code, if any, that `lessor` hands something out within them. */
export function leasesWithinBranch(lessor: Lessor): void {
  for (let at: CancellationScope | undefined = CancellationScope.current(); at; at = at.parent) {
    if (at instanceof BranchScope) at.lessors.add(lessor);
  }
}

/** Whether `scope` is `branch`, or was opened inside it. */
export function isWithin(scope: CancellationScope | undefined, branch: CancellationScope): boolean {
  for (let at = scope; at; at = at.parent) {
    if (at === branch) return true;
  }
  return false;
}
