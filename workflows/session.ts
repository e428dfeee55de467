import {
  CancellationScope,
  allHandlersFinished,
  condition,
  patched,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import { rollOverSignal, statusQuery } from './built-in';
import { Backlog } from './backlog';
import { DeadLetters } from './dead-letters';
import type { Declared } from './declare';
import { EarlyUpdates } from './early-updates';
import { finish } from './ending';
import type { Outcome } from './ending';
import { readEnvelope } from './envelope';
import type { Envelope, RollOverCause, UndeclaredSignal } from './envelope';
import { longhaulFailure } from './failure';
import { Growth } from './growth';
import { Inboxes } from './inboxes';
import type { InboxesHost } from './inboxes';
import { limitsOfFirstRun } from './limits';
import type { PartHost } from './part';
import { Parts } from './parts';
import { adoptedInboxes } from './replaces';
import type { AnyAdopted } from './replaces';
import { rollOver, turnAwayWaiting } from './roll-over';
import { runObject } from './run-object';
import { migrateState } from './state';
import { statusOf } from './status';
import { rollsOverForNewVersion } from './versioning';
import { workflowNow } from './workflow-now';

/**
 * One run of a `longRunning` workflow: what it received from the last one, what it hands to the next, and when.
 *
 * Its commands, their order and its promise turns are public API (see docs/protocol.md): open runs replay through them.
 */
export class Session implements InboxesHost, PartHost {
  readonly root = CancellationScope.current();
  readonly carried: Envelope | undefined;
  readonly number: number;
  readonly startedAt: number;
  readonly growth: Growth;
  readonly deadLetters: DeadLetters;
  readonly inboxes: Inboxes;
  readonly backlog: Backlog;
  readonly once: Map<string, unknown>;
  readonly undeclared: UndeclaredSignal[];
  readonly parts: Parts;
  readonly early = new EarlyUpdates();
  state: object;
  children: number;
  private holds = 0;
  private requested = false;
  private rolling: RollOverCause | undefined;
  private outcome: Outcome | undefined;
  /** The body has been told of the cancellation. Until then a decided rollover has to wait: it may have to be withdrawn. */
  private cancelHeard = false;

  /** Registers every handler, synchronously, before the body's first line. */
  constructor(
    readonly declared: Declared,
    readonly args: readonly unknown[],
    second: unknown,
    adopted?: AnyAdopted,
  ) {
    const { name, options, limits } = declared;
    const carried = readEnvelope(name, second);
    this.carried = carried;
    refuseRetryPolicy(name);
    this.number = carried?.run ?? 1;
    this.growth = new Growth(
      carried?.limits ?? limitsOfFirstRun(limits),
      rollsOverForNewVersion(declared.ontoNewVersion, carried),
    );
    this.startedAt = carried?.startedAt ?? workflowNow();
    this.state = carried
      ? migrateState(name, carried.state, options.state)
      : (adopted?.state ?? options.state.initial(...args));
    this.once = new Map(Object.entries(carried?.once ?? {}));
    this.children = carried?.children ?? 0;
    const { extensions = {} } = carried ?? {};
    this.deadLetters = new DeadLetters(carried?.deadLetters, extensions['deadLetters'], options.deadLetters?.keep);
    this.undeclared = carried?.undeclared ?? [];
    const held = adopted ? adoptedInboxes(name, options.inboxes, adopted, this.startedAt) : carried?.inboxes;
    this.inboxes = new Inboxes(options.inboxes, this, held, extensions['inboxes']);
    this.backlog = new Backlog(
      this.inboxes,
      this.growth,
      () => this.paused,
      extensions['backlog'] as object,
      options.backlog,
    );
    setHandler(rollOverSignal, () => {
      this.growth.countSignal();
      this.requestRollOver();
    });
    setHandler(statusQuery, () => statusOf(this));
    this.parts = new Parts(this, extensions);
    void this.root.cancelRequested.catch(() => {
      this.cancelHeard = true;
      this.rolling = undefined;
    });
    if (carried?.cancelRequested) this.root.cancel();
  }

  get paused(): boolean {
    return this.parts.paused;
  }

  get isLeaving(): boolean {
    if (this.finished()) return true;
    // After a reset the server brings again what later runs had taken; turned away it would be lost, since nobody waits for it.
    if (this.growth.isReset) return false;
    return this.rolling !== undefined || this.requested || this.growth.isAtLimit;
  }

  /** Why the run is about to roll over. */
  get rollingOver(): RollOverCause | undefined {
    return this.rolling;
  }

  async execute(body: (run: object) => Promise<unknown>): Promise<unknown> {
    this.early.bodyBegins(this.growth.hasUpdates, () => this.backlog.nextTask());
    void (async () => body(runObject(this)))().then(
      (value) => (this.outcome = { value, failed: false }),
      (error: unknown) => (this.outcome = { error, failed: true }),
    );
    return await CancellationScope.nonCancellable(() => this.supervise());
  }

  requestRollOver(): void {
    this.requested = true;
  }

  mustRollOver(): boolean {
    return this.rolling !== undefined || this.requested || this.growth.limitReached();
  }

  async park(wake: () => boolean = () => false): Promise<void> {
    if (!CancellationScope.current().consideredCancelled && this.rolling === undefined) {
      this.rolling = this.requested ? 'requested' : 'limits';
      this.parts.leaving();
    }
    await condition(() => this.rolling === undefined || wake());
  }

  async hold<T>(work: () => Promise<T>): Promise<T> {
    this.holds += 1;
    try {
      return await work();
    } finally {
      this.holds -= 1;
    }
  }

  /** Waits for the body's end or a rollover, whichever comes first. Runs where no cancellation reaches it. */
  private async supervise(): Promise<unknown> {
    const { drainTimeout } = this.declared;
    for (;;) {
      // A condition is looked at when all promises have come to rest, so each decision below is made on a stable picture.
      await condition(() => {
        // longhaul-ignore condition-predicate-pure: counts once a task, and a replay looks at the same tasks
        this.backlog.look();
        return this.outcome !== undefined || this.rolling !== undefined;
      });
      if (this.outcome) return await finish(this, this.outcome);
      if (!this.mayLeave()) {
        const inVain = () => this.waitsForNothing() && this.inboxes.oweInVain;
        const changed = () => this.finished() || this.rolling === undefined || this.mayLeave() || inVain();
        const drained = inVain() || (await condition(changed, drainTimeout));
        if (this.finished() || this.rolling === undefined || !this.cancelSettled()) continue;
        if (inVain()) {
          turnAwayWaiting(this, 'in vain');
          continue;
        }
        if (!drained) this.inboxes.returnLeases(this.holds);
      }
      await rollOver(this, this.rolling ?? 'limits', () => this.withdrawn);
    }
  }

  /**
   * Whether a rollover under way is off, since the body was cancelled meanwhile.
   *
   * @remarks At first one that had waited for `drainTimeout` was not withdrawn. Where it is now it records a patch marker.
   */
  private get withdrawn(): boolean {
    return this.rolling === undefined && patched('longhaul.withdrawn');
  }

  private finished(): boolean {
    return this.outcome !== undefined;
  }

  private mayLeave(): boolean {
    return this.waitsForNothing() && allHandlersFinished();
  }

  /** Nothing is in hand, and no cancellation under way. */
  private waitsForNothing(): boolean {
    return this.holds === 0 && this.inboxes.leases() === 0 && this.cancelSettled();
  }

  private cancelSettled(): boolean {
    return this.root.consideredCancelled === this.cancelHeard;
  }
}

function refuseRetryPolicy(name: string): void {
  if (!workflowInfo().retryPolicy) return;
  throw longhaulFailure(
    'LonghaulRetryPolicy',
    `'${name}' was started with a workflow retry policy, under which a retried run starts from its first input: what it received and ` +
      "did since is lost or done twice. Start it without `retry`, and use onError: 'continue' for items that fail.",
  );
}
