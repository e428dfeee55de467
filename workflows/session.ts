import {
  CancellationScope,
  allHandlersFinished,
  condition,
  continueAsNew,
  defineQuery,
  defineSignal,
  isCancellation,
  log,
  setDefaultSignalHandler,
  setHandler,
  startChild,
  workflowInfo,
} from '@temporalio/workflow';
import { TemporalFailure } from '@temporalio/common';
import { PROTOCOL, readEnvelope } from './envelope';
import type { CarriedInbox, DeadLetter, Envelope, RollOverCause, UndeclaredSignal } from './envelope';
import { longhaulFailure } from './failure';
import { InboxBuffer } from './inbox';
import type { InboxHost } from './inbox';
import { limitsOfFirstRun } from './limits';
import type { RollOverLimits } from './limits';
import type { Declared, Run, StartChildOptions } from './long-running';
import { migrateState } from './state';
import type { LonghaulStatus } from './status';
import { workflowNow } from './workflow-now';

/** Makes the run roll over at its next safe point: for operators, and for tests that force it at random moments. */
export const rollOverSignal = defineSignal('longhaul.rollOver');

/** What every `longRunning` workflow tells of itself. A query records nothing. */
export const statusQuery = defineQuery<LonghaulStatus>('longhaul.status');

const deadLettersKept = 100;

interface Outcome {
  value?: unknown;
  error?: unknown;
  failed: boolean;
}

/**
 * One run of a `longRunning` workflow: what it received from the last one, what it hands to the next, and when.
 *
 * Its commands, their order and its promise turns are public API (see docs/protocol.md): open runs replay through them.
 */
export class Session<Args extends readonly unknown[], State extends object, Result> implements InboxHost {
  private readonly root = CancellationScope.current();
  private readonly carried: Envelope | undefined;
  private readonly limits: RollOverLimits;
  private readonly inboxes = new Map<string, InboxBuffer<unknown>>();
  /** Inboxes that an older or newer release declared: carried on, never dropped. */
  private readonly strangeInboxes: Record<string, CarriedInbox> = {};
  private readonly once: Map<string, unknown>;
  private readonly deadLetters: DeadLetter[];
  private readonly undeclared: UndeclaredSignal[];
  private readonly lengthAtStart = workflowInfo().historyLength;
  private readonly startedAt: number;
  private state: State;
  private children: number;
  private signals = 0;
  private handled = 0;
  private holds = 0;
  private requested = false;
  private rolling: RollOverCause | undefined;
  private outcome: Outcome | undefined;
  /** The body has been told of the cancellation. Until then a decided rollover has to wait: it may have to be withdrawn. */
  private cancelHeard = false;

  /** Registers every handler, synchronously, before the body's first line. */
  constructor(
    private readonly declared: Declared<Args, State>,
    private readonly args: Args,
    second: unknown,
  ) {
    const { name, options, limits } = declared;
    const carried = readEnvelope(name, second);
    this.carried = carried;
    refuseRetryPolicy(name);
    this.limits = carried?.limits ?? limitsOfFirstRun(limits);
    this.startedAt = carried?.startedAt ?? workflowNow();
    this.state = carried ? migrateState(name, carried.state, options.state) : options.state.initial(...args);
    this.once = new Map(Object.entries(carried?.once ?? {}));
    this.children = carried?.children ?? 0;
    this.deadLetters = carried?.deadLetters ?? [];
    this.undeclared = carried?.undeclared ?? [];
    const left = { ...carried?.inboxes };
    for (const [key, declaration] of Object.entries(options.inboxes ?? {})) {
      const buffer = new InboxBuffer<unknown>(key, declaration, this, left[key]);
      // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- a copy made for this
      delete left[key];
      this.inboxes.set(key, buffer);
      setHandler(declaration.signal, (item: unknown) => {
        this.signals += 1;
        buffer.receive(item);
      });
    }
    this.strangeInboxes = left;
    setHandler(rollOverSignal, () => {
      this.signals += 1;
      this.requested = true;
    });
    setHandler(statusQuery, () => this.status());
    void this.root.cancelRequested.catch(() => {
      this.cancelHeard = true;
      this.rolling = undefined;
    });
    if (carried?.cancelRequested) this.root.cancel();
  }

  async execute(body: (run: Run<Args, State, never>) => Promise<Result>): Promise<Result> {
    void (async () => body(this.run()))().then(
      (value) => (this.outcome = { value, failed: false }),
      (error: unknown) => (this.outcome = { error, failed: true }),
    );
    return await CancellationScope.nonCancellable(() => this.supervise());
  }

  mustRollOver(): boolean {
    if (this.rolling !== undefined || this.requested) return true;
    const { historyLength, historySize, continueAsNewSuggested } = workflowInfo();
    // Without progress in this run the next one would stand where this one stands: it would never end.
    if (this.handled === 0 && historyLength <= this.lengthAtStart) return false;
    const { events, bytes, signals } = this.limits;
    return continueAsNewSuggested || historyLength >= events || historySize >= bytes || this.signals >= signals;
  }

  async park(wake: () => boolean = () => false): Promise<void> {
    if (!CancellationScope.current().consideredCancelled) this.rolling ??= this.requested ? 'requested' : 'limits';
    await condition(() => this.rolling === undefined || wake());
  }

  itemHandled(): void {
    this.handled += 1;
  }

  keepDeadLetter(letter: DeadLetter): void {
    this.deadLetters.push(letter);
    log.warn('longhaul: an item went to the dead letters', { inbox: letter.inbox, id: letter.id, error: letter.error });
    if (this.deadLetters.length > deadLettersKept) {
      const dropped = this.deadLetters.shift();
      log.error('longhaul: the dead letters are full; the oldest was dropped', { dropped });
    }
  }

  /** Waits for the body's end or a rollover, whichever comes first. Runs where no cancellation reaches it. */
  private async supervise(): Promise<Result> {
    const { drainTimeout } = this.declared;
    for (;;) {
      // A condition is looked at when all promises have come to rest, so each decision below is made on a stable picture.
      await condition(() => this.outcome !== undefined || this.rolling !== undefined);
      if (this.outcome) return await this.finish(this.outcome);
      if (!this.mayLeave()) {
        const changed = () => this.outcome !== undefined || this.rolling === undefined || this.mayLeave();
        const drained = await condition(changed, drainTimeout);
        if (this.finished() || this.rolling === undefined || !this.cancelSettled()) continue;
        if (!drained) this.returnLeases();
      }
      return await this.rollOver(this.rolling ?? 'limits');
    }
  }

  private finished(): boolean {
    return this.outcome !== undefined;
  }

  private mayLeave(): boolean {
    return this.holds === 0 && this.leases() === 0 && allHandlersFinished() && this.cancelSettled();
  }

  private cancelSettled(): boolean {
    return this.root.consideredCancelled === this.cancelHeard;
  }

  private leases(): number {
    let open = 0;
    for (const { leases } of this.inboxes.values()) open += leases;
    return open;
  }

  private returnLeases(): void {
    const open = this.leases();
    log.warn('longhaul: rolls over with items in hand; they are handled again', { open, holds: this.holds });
    for (const buffer of this.inboxes.values()) buffer.returnLeases();
  }

  private async finish({ value, error, failed }: Outcome): Promise<Result> {
    const { options, drainTimeout } = this.declared;
    if (failed) return await this.fail(error, options.onError ?? 'fail');
    for (const buffer of this.inboxes.values()) buffer.settleAll();
    if (!allHandlersFinished()) await condition(allHandlersFinished, drainTimeout);
    await this.collectUndeclared();
    const left = [...this.inboxes].filter(([, { depth }]) => depth > 0);
    const having = (policy: string) => left.filter(([, { onLeftover }]) => onLeftover === policy);
    const named = left.map(([name, { depth }]) => `${depth} in '${name}'`).join(', ');
    // Who cancels wants an end: what is left is told, and does not start another run.
    if (left.length > 0 && !this.root.consideredCancelled) {
      if (having('fail').length > 0) {
        throw longhaulFailure(
          'LonghaulLeftover',
          `The body of '${this.declared.name}' returned with items left: ${named}`,
        );
      }
      if (having('rollOver').length > 0) {
        if (this.carried?.cause === 'leftover' && this.handled === 0) {
          throw new Error(
            `The body of '${this.declared.name}' returned twice without taking any of the items left (${named}). ` +
              "Drain the inbox before returning, or declare onLeftover: 'discard'; the run goes on with the corrected code.",
          );
        }
        return await this.rollOver('leftover');
      }
    }
    if (left.length > 0) log.warn(`longhaul: ended with items left: ${named}`);
    if (this.undeclared.length > 0) {
      log.warn('longhaul: ended with signals that nobody declared', { undeclared: this.undeclared });
    }
    return value as Result;
  }

  private async fail(error: unknown, onError: 'fail' | 'continue'): Promise<Result> {
    if (this.root.consideredCancelled && isCancellation(error)) {
      // The server told an earlier run of the chain, and only the SDK's own flag makes this one end as cancelled.
      if (this.carried?.cancelRequested) markCancelled();
      throw error;
    }
    if (error instanceof Error && error.name === 'ContinueAsNew') {
      throw new Error(
        `'${this.declared.name}' called continueAsNew() itself, which would drop its inboxes and state; ` +
          'await run.safePoint() instead, or send it the signal longhaul.rollOver.',
      );
    }
    // Anything else fails the workflow task, and replays with the corrected code: there is nothing to bury yet.
    if (!(error instanceof TemporalFailure)) throw error;
    const buried = this.leases();
    for (const buffer of this.inboxes.values()) buffer.buryLeases(error.message);
    if (onError === 'continue' && buried > 0) return await this.rollOver('error');
    throw error;
  }

  private async rollOver(cause: RollOverCause): Promise<never> {
    await this.collectUndeclared();
    const { name, options } = this.declared;
    const inboxes = { ...this.strangeInboxes };
    for (const [key, buffer] of this.inboxes) inboxes[key] = buffer.carry();
    const envelope: Envelope = {
      longhaul: 'envelope',
      protocol: PROTOCOL,
      run: this.number() + 1,
      cause,
      startedAt: this.startedAt,
      // The code's own: a limit belongs to the run that begins under it.
      limits: this.declared.limits[0],
      state: { version: options.state.version, value: this.state },
      inboxes,
      once: Object.fromEntries(this.once),
      children: this.children,
      deadLetters: this.deadLetters,
      undeclared: this.undeclared,
      cancelRequested: this.root.consideredCancelled,
      extensions: this.carried?.extensions ?? {},
    };
    const { historyLength, historySize } = workflowInfo();
    log.info(`longhaul: '${name}' rolls over`, { cause, run: this.number(), historyLength, historySize });
    return await continueAsNew(this.args[0], envelope);
  }

  /**
   * Takes what the SDK kept for handlers that might still have come. Not before the end: other libraries register late.
   */
  private async collectUndeclared(): Promise<void> {
    for (let more = true; more;) {
      more = false;
      try {
        setDefaultSignalHandler((signal, ...args) => {
          this.undeclared.push({ signal, args });
        });
      } catch {
        // The SDK drops a signal with its own reserved prefix by throwing; the ones behind it are still to be taken.
        more = true;
      }
    }
    if (!allHandlersFinished()) await condition(allHandlersFinished, this.declared.drainTimeout);
  }

  private number(): number {
    return this.carried?.run ?? 1;
  }

  private async hold<T>(work: () => Promise<T>): Promise<T> {
    this.holds += 1;
    try {
      return await work();
    } finally {
      this.holds -= 1;
    }
  }

  private run(): Run<Args, State, never> {
    // eslint-disable-next-line @typescript-eslint/no-this-alias -- the accessors of the object below have a `this` of their own
    const session = this;
    return {
      args: this.args,
      number: this.number(),
      isFirst: this.carried === undefined,
      startedAt: this.startedAt,
      deadLetters: this.deadLetters,
      undeclared: this.undeclared,
      inboxes: Object.fromEntries(this.inboxes) as never,
      get state() {
        return session.state;
      },
      set state(value: State) {
        session.state = value;
      },
      once: async <T>(key: string, work: () => Promise<T>): Promise<T> => {
        if (this.once.has(key)) return this.once.get(key) as T;
        return await this.hold(async () => {
          const result = await work();
          this.once.set(key, result ?? null);
          return result;
        });
      },
      startChild: async (child, { workflowId, ...options }: StartChildOptions<never>) => {
        this.children += 1;
        const id = workflowId ?? `${workflowInfo().workflowId}/${child.name}/${this.children}`;
        return await this.hold(async () => {
          await startChild(child, { ...options, workflowId: id, parentClosePolicy: 'ABANDON' } as never);
          return id;
        });
      },
      safePoint: async () => {
        while (this.mustRollOver()) await this.park();
      },
    };
  }

  private status(): LonghaulStatus {
    const { historyLength, historySize } = workflowInfo();
    const inboxes: LonghaulStatus['inboxes'] = {};
    for (const [name, { depth, leases, received, duplicates, oldestAt }] of this.inboxes) {
      inboxes[name] = { depth, leases, received, duplicates, ...(oldestAt === undefined ? {} : { oldestAt }) };
    }
    return {
      run: this.number(),
      startedAt: this.startedAt,
      historyLength,
      historySize,
      limits: this.limits,
      rollingOver: this.rolling ?? null,
      inboxes,
      deadLetters: this.deadLetters,
      undeclared: this.undeclared,
    };
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

function markCancelled(): void {
  const { __TEMPORAL_ACTIVATOR__: activator } = globalThis as { __TEMPORAL_ACTIVATOR__?: { cancelled: boolean } };
  if (activator) activator.cancelled = true;
}
