import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { lengthOfTime } from '../../workflows/duration';
import type { Duration } from '../../workflows/duration';
import { checkKnown } from '../../workflows/options';
import { Looker } from './look';
import type { WatchCase, WatchEvent, WatchReport } from './report';
import { scan } from './scan';
import type { Scanned } from './scan';
import { ServerCalls } from './server-calls';
import { settingsOf } from './settings';
import type { TypeSettings, WatchedType } from './settings';
import { freshState, memoryStore } from './state';
import type { WatchState, WatchStore } from './state';
import { iso } from './time';

export interface WatchOptions {
  /** What is known of workflow types, by name: the catalog of `longhaul.config.ts`. Others are watched by the defaults. */
  catalog?: Readonly<Record<string, WatchedType>>;

  /** Task queues to look for workers on, beside those that running workflows name. @default none */
  taskQueues?: readonly string[];

  /**
   * Called with each alert and each end of one, in turn; awaited. What it throws is tried again with the next scan.
   * @default nobody is told
   */
  onEvent?: (event: WatchEvent) => void | Promise<void>;

  /** Keeps what was told of over restarts: `fileStore(path)`, or one of your own. @default for as long as the process runs */
  store?: WatchStore;

  /** Between the beginnings of two scans of `follow`. @default '1 minute' */
  every?: Duration;

  /** Calls to the server a second, all kinds together. @default 20 */
  callsPerSecond?: number;

  /**
   * How many of them may be counts and lists. A server has a limit of its own for these, for all clients of a namespace together: 10 a
   * second on each frontend by default, 30 on Temporal Cloud. @default 5
   */
  visibilityCallsPerSecond?: number;

  /**
   * How many running executions each scan looks at beside the suspects, in turn: failing tasks, endless retries and large
   * histories are in no list. @default what `callsPerSecond` has time for in half of `every`
   */
  sweep?: number;

  /** How many suspects of one kind a scan looks at. @default 1_000 */
  suspects?: number;

  /** How long a task may wait before no worker is said to take it. @default '2 minutes' */
  notTakenAfter?: Duration;

  /** How long ago a worker may have asked for tasks; its polls take up to a minute. @default '2 minutes' */
  pollersWithin?: Duration;

  /** Ends what is under way; scans reject with its reason. */
  signal?: AbortSignal;

  /** @default Date.now */
  now?: () => number;
}

const names = [
  'catalog', 'taskQueues', 'onEvent', 'store', 'every', 'callsPerSecond', 'visibilityCallsPerSecond', 'sweep', 'suspects', 'notTakenAfter', 'pollersWithin', 'signal', 'now',
] as const; // prettier-ignore

/**
 * Finds workflows that are overdue or stuck, from outside the workers that run them: a watchdog in a worker ends with it.
 *
 * It counts in visibility, and describes suspects alone; what no list tells is found by a sweep that goes round all that runs, at a
 * bounded rate, and reports how far it got. It never queries a workflow.
 *
 * @throws TypeError for an option that is unknown or out of range.
 */
export class Watch {
  private readonly calls: ServerCalls;
  private readonly looker: Looker;
  private readonly types: ReadonlyMap<string, TypeSettings>;
  private readonly everyMs: number;
  private readonly notTakenMs: number;
  private readonly pollersWithinMs: number;
  private readonly sweep: number;
  private readonly store: WatchStore;
  private readonly now: () => number;
  private state: WatchState | undefined;
  private scanning: Promise<unknown> = Promise.resolve();

  constructor(
    client: Client,
    private readonly options: WatchOptions = {},
  ) {
    checkKnown('Watch', '', options, names);
    const { catalog = {}, every = '1 minute', callsPerSecond = 20, notTakenAfter = '2 minutes' } = options;
    const { pollersWithin = '2 minutes', store = memoryStore(), now = Date.now, signal, suspects } = options;
    const { visibilityCallsPerSecond = 5 } = options;
    atLeast('callsPerSecond', callsPerSecond, 0.1);
    atLeast('visibilityCallsPerSecond', visibilityCallsPerSecond, 0.1);
    this.everyMs = lengthOfTime('Watch: every', every);
    this.notTakenMs = lengthOfTime('Watch: notTakenAfter', notTakenAfter);
    this.pollersWithinMs = lengthOfTime('Watch: pollersWithin', pollersWithin);
    this.sweep = options.sweep ?? Math.max(1, Math.floor((callsPerSecond * this.everyMs) / 2_000));
    atLeast('sweep', this.sweep, 0);
    atLeast('suspects', suspects ?? 1, 1);
    this.types = new Map(Object.entries(catalog).map(([type, entry]) => [type, settingsOf(type, entry)]));
    this.store = store;
    this.now = now;
    this.calls = new ServerCalls(client, { all: callsPerSecond, visibility: visibilityCallsPerSecond }, signal);
    this.looker = new Looker(this.calls);
  }

  /**
   * Looks once, tells `onEvent` what changed, and keeps what was told of.
   *
   * @throws what the server's calls throw while it can't be reached; open cases are then kept as they are.
   */
  async scan(): Promise<WatchReport> {
    const turn = this.scanning.then(() => this.scanOnce());
    this.scanning = turn.catch(() => undefined);
    return turn;
  }

  /**
   * Looks again and again until the signal aborts, over outages of the server too: each begins with one `unreachable` and ends with
   * one `reachable`.
   *
   * @param onReport Called after each scan.
   */
  async follow(onReport: (report: WatchReport) => void = () => undefined): Promise<void> {
    const { signal } = this.options;
    while (!signal?.aborted) {
      const startedAt = performance.now();
      try {
        onReport(await this.scan());
      } catch (error) {
        if (signal?.aborted) return;
        await this.unreachable(error);
      }
      const restMs = Math.max(0, this.everyMs - (performance.now() - startedAt));
      await sleep(restMs, undefined, signal ? { signal } : {}).catch(() => undefined);
    }
  }

  private async scanOnce(): Promise<WatchReport> {
    const known = await this.load();
    const scanned = await scan(this.calls, this.looker, known, {
      types: this.types,
      settingsOf: (type) => this.types.get(type) ?? unlisted,
      taskQueues: this.options.taskQueues ?? [],
      nowMs: this.now(),
      notTakenMs: this.notTakenMs,
      pollersWithinMs: this.pollersWithinMs,
      sweep: this.sweep,
      suspects: this.options.suspects ?? 1_000,
    });
    await this.tell(known, scanned);
    return scanned.report;
  }

  /** Each case is kept as told of once `onEvent` has taken it, so that one which it refused is told of again. */
  private async tell(known: WatchState, { compared, state, report }: Scanned): Promise<void> {
    const { opened, resolved, open } = compared;
    const cases: WatchCase[] = [...open, ...resolved.map((one) => one.case)];
    this.state = { ...state, cases, unreachableSince: known.unreachableSince };
    const failures: unknown[] = [];
    const attempt = async (event: Untold, noted: () => unknown): Promise<void> => {
      try {
        await this.emit(event);
        noted();
      } catch (error) {
        failures.push(error);
      }
    };
    if (known.unreachableSince !== null) {
      const message = `The server answers again; it did not since ${known.unreachableSince}.`;
      await attempt({ type: 'reachable', message }, () => this.keep({ unreachableSince: null }));
    }
    for (const one of opened) await attempt({ type: 'alert', case: one }, () => cases.push(one));
    for (const { case: one, how } of resolved) {
      await attempt({ type: 'resolved', case: one, how }, () => cases.splice(cases.indexOf(one), 1));
    }
    const reasons = failures.map(messageOf);
    if (reasons.length > 0)
      report.warnings.push(
        `${reasons.length === 1 ? '1 event' : `${reasons.length} events`} could not be told of: ${reasons[0] ?? ''}`,
      );
    await this.save().catch((error: unknown) => {
      report.warnings.push(`What was told of could not be kept, so a restart tells of it anew: ${messageOf(error)}`);
    });
  }

  private async unreachable(error: unknown): Promise<void> {
    const known = await this.load();
    if (known.unreachableSince !== null) return;
    const message = `The server can't be asked: ${messageOf(error).split('\n')[0] ?? ''}`;
    try {
      await this.emit({ type: 'unreachable', message });
      this.keep({ unreachableSince: iso(this.now()) });
      await this.save();
    } catch {
      // Whoever is to be told can't be reached either; the next scan tries again.
    }
  }

  private async emit(event: Untold): Promise<void> {
    const at = iso(this.now());
    await this.options.onEvent?.({ schema: 'longhaul.watch-event/1', at, namespace: this.calls.namespace, ...event });
  }

  private async load(): Promise<WatchState> {
    if (this.state) return this.state;
    const { namespace } = this.calls;
    const kept = await this.store.load();
    this.state = kept?.namespace === namespace ? kept : freshState(namespace, iso(this.now()));
    return this.state;
  }

  private keep(change: Partial<WatchState>): void {
    if (this.state) this.state = { ...this.state, ...change };
  }

  private async save(): Promise<void> {
    if (this.state) await this.store.save(this.state);
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

type Untold = WatchEvent extends infer E
  ? E extends WatchEvent
    ? Omit<E, 'schema' | 'at' | 'namespace'>
    : never
  : never;

const unlisted = settingsOf('(others)');

function atLeast(name: string, value: number, least: number): void {
  if (value >= least) return;
  throw new TypeError(`Watch: ${name} is ${value}; use a number from ${least} on`);
}
