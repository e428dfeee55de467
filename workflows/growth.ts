import { workflowInfo } from '@temporalio/workflow';
import type { RollOverLimits } from './limits';
import { workflowNow } from './workflow-now';

/** What a run has received and done, against the limits that it began with. */
export class Growth {
  private readonly lengthAtStart = workflowInfo().historyLength;
  /** When this run last got on with its work, in milliseconds since the epoch. */
  progressAt: number | undefined;
  private signals = 0;
  private done = 0;

  constructor(
    readonly limits: RollOverLimits,
    private readonly forNewVersion = false,
  ) {}

  /** Items that have left an inbox for good in this run. */
  get handled(): number {
    return this.done;
  }

  countSignal(): void {
    this.signals += 1;
  }

  countHandled(): void {
    this.done += 1;
    this.noteProgress();
  }

  noteProgress(): void {
    this.progressAt = workflowNow();
  }

  /** Whether a limit is reached, and there was progress. Pure: it is a condition's predicate. */
  limitReached(): boolean {
    const { historyLength, historySize, continueAsNewSuggested, targetWorkerDeploymentVersionChanged } = workflowInfo();
    // Without progress in this run the next one would stand where this one stands: it would never end.
    if (this.done === 0 && historyLength <= this.lengthAtStart) return false;
    const { events, bytes, signals } = this.limits;
    if (this.forNewVersion && targetWorkerDeploymentVersionChanged) return true;
    return continueAsNewSuggested || historyLength >= events || historySize >= bytes || this.signals >= signals;
  }
}
