import { patched } from '@temporalio/workflow';
import { defaultUpdates } from './limits';
import type { RollOverLimits } from './limits';
import { RecordedInfo } from './recorded-info';
import { workflowNow } from './workflow-now';

/** What a run has received and done, against the limits that it began with. */
export class Growth {
  private readonly recorded = new RecordedInfo();
  private readonly lengthAtStart = this.recorded.current.historyLength;
  /** When this run last got on with its work, in milliseconds since the epoch. */
  progressAt: number | undefined;
  private signals = 0;
  private updates = 0;
  private done = 0;

  constructor(
    readonly limits: RollOverLimits,
    private readonly forNewVersion = false,
  ) {}

  /** Items that have left an inbox for good in this run. */
  get handled(): number {
    return this.done;
  }

  /** How long the history is, as of the last workflow task that it tells of. */
  get historyLength(): number {
    return this.recorded.current.historyLength;
  }

  /**
   * How many times its capacity an inbox takes in this activation. After a reset what it refused would be lost. And a worker that had
   * not kept the run may not see that items have been read: twice as many at most, rather than to turn updates away for ever.
   */
  get leniency(): number {
    if (this.isReset) return Infinity;
    return this.recorded.isCatchingUp ? 2 : 1;
  }

  /** Whether this activation may bring again what later runs had taken. */
  get isReset(): boolean {
    return this.recorded.isReset;
  }

  countSignal(): void {
    this.signals += 1;
  }

  countUpdate(): void {
    this.updates += 1;
  }

  get hasUpdates(): boolean {
    return this.updates > 0;
  }

  countHandled(): void {
    this.done += 1;
    this.noteProgress();
  }

  noteProgress(): void {
    this.progressAt = workflowNow();
  }

  /**
   * Whether a limit is reached, and there was progress. It is a condition's predicate.
   *
   * @remarks Signals that nobody declared count too, which they did not at first: where they make the difference it records one
   *   patch marker, so that runs of the older code replay.
   */
  limitReached(): boolean {
    if (this.isReached(0)) return true;
    const undeclared = undeclaredSignals();
    return undeclared > 0 && this.isReached(undeclared) && patched('longhaul.undeclared');
  }

  /** The same for where nothing may be recorded. */
  get isAtLimit(): boolean {
    return this.isReached(undeclaredSignals());
  }

  private isReached(undeclared: number): boolean {
    const { historyLength, historySize, continueAsNewSuggested, targetWorkerDeploymentVersionChanged } =
      this.recorded.current;
    // Without progress in this run the next one would stand where this one stands: it would never end.
    // An update received tells of more than the first task: a replay may take that and the one after it as one.
    if (this.done === 0 && !this.hasUpdates && historyLength <= this.lengthAtStart) return false;
    if (this.forNewVersion && targetWorkerDeploymentVersionChanged) return true;
    const { events, bytes, signals, updates = defaultUpdates } = this.limits;
    if (this.signals + undeclared >= signals || this.updates >= updates) return true;
    return continueAsNewSuggested || historyLength >= events || historySize >= bytes;
  }
}

/** How many signals the SDK keeps for handlers that may still come; the server has counted them. */
function undeclaredSignals(): number {
  const { __TEMPORAL_ACTIVATOR__: activator } = globalThis as {
    __TEMPORAL_ACTIVATOR__?: { bufferedSignals?: readonly unknown[] };
  };
  return activator?.bufferedSignals?.length ?? 0;
}
