import type { ChildWorkflowOptions, Workflow } from '@temporalio/workflow';
import type { DeadLetter, UndeclaredSignal } from './envelope';
import type { Duration } from './duration';
import type { Inbox, InboxDeclaration } from './inbox';
import { declareLimits } from './limits';
import type { DeclaredLimits, RollOverOptions } from './limits';
import { Session } from './session';
import type { StateOptions } from './state';

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- each inbox has an item type of its own
export type InboxDeclarations = Record<string, InboxDeclaration<any>>;

/** The inboxes that a body sees for those declared. */
export type InboxesOf<D extends InboxDeclarations> = {
  readonly [K in keyof D]: D[K] extends InboxDeclaration<infer T> ? Inbox<T> : never;
};

export interface LongRunningOptions<
  Args extends readonly unknown[],
  State extends object,
  Declarations extends InboxDeclarations,
> {
  /** The state that outlives runs: a plain object that JSON carries unchanged. */
  state: StateOptions<Args, State>;

  /** The signals it takes. Their handlers stand before the body's first line. @default none */
  inboxes?: Declarations;

  /** When a run ends in the next one. Never by time or count of iterations. */
  rollOver?: RollOverOptions & {
    /** How long a rollover waits for items in hand, before it hands them to the next run to be done again. @default '10 minutes' */
    drainTimeout?: Duration;
  };

  /**
   * What a failure of the body does, once the items in its hand are dead letters: fail the workflow, or run the body again in a
   * new run. A failure with no item in hand always fails the workflow. @default 'fail'
   */
  onError?: 'fail' | 'continue';
}

export interface StartChildOptions<Args extends readonly unknown[]> extends Omit<
  ChildWorkflowOptions,
  'workflowId' | 'parentClosePolicy'
> {
  args: Args;
  /** @default the parent's workflow id, the child's type and a number that counts over all runs */
  workflowId?: string;
}

/** What a body works with. It starts from the top in each run; what outlives a run is here. */
export interface Run<Args extends readonly unknown[], State extends object, Declarations extends InboxDeclarations> {
  /** The caller's arguments, the same in each run. */
  readonly args: Args;
  /** Which run of the chain this is, from 1. */
  readonly number: number;
  readonly isFirst: boolean;
  /** When the chain began, in milliseconds since the epoch. */
  readonly startedAt: number;
  /** Change it in place or assign it: as it stands at a rollover it is what the next run begins with. */
  state: State;
  readonly inboxes: InboxesOf<Declarations>;
  /** Items that failed, newest last; at most 100 are kept. */
  readonly deadLetters: readonly DeadLetter[];
  /** Signals that no inbox was declared for. */
  readonly undeclared: readonly UndeclaredSignal[];

  /**
   * Does `work` once over all runs and returns its result, which JSON must carry, in each. A rollover waits for it.
   */
  once<T>(key: string, work: () => Promise<T>): Promise<T>;

  /**
   * Starts a child that goes on when this run rolls over (under the SDK's default policy it would be terminated), and returns its
   * workflow id. Its result can't be awaited, since the run that could may be over: let it signal.
   */
  startChild<W extends Workflow>(child: W, options: StartChildOptions<Parameters<W>>): Promise<string>;

  /** A point at which the run may roll over: everything that must outlive it is in `state` and the inboxes. */
  safePoint(): Promise<void>;
}

/** Options as `Session` uses them. */
export interface Declared<Args extends readonly unknown[], State extends object> {
  readonly name: string;
  readonly options: LongRunningOptions<Args, State, InboxDeclarations>;
  readonly limits: DeclaredLimits;
  readonly drainTimeout: Duration;
}

/**
 * Turns `body` into a workflow function whose state and signals can't be lost over restarts and rollovers.
 *
 * A hand-written loop with `continueAsNew` has to carry each buffered signal, the dedupe window and its counters, refuse to end
 * with items left, and honour a cancellation that comes with the rollover; each is easy to forget, and none shows in staging.
 *
 * @param name The workflow type: the name under which the result is exported.
 * @param body Starts from the top in each run. Every inbox read and `run.safePoint()` may end the run, outside any `catch` or
 *   `finally` of the body's.
 * @throws TypeError at definition, for options that are out of range.
 * @remarks Takes one argument or none, since the second is the envelope that runs hand on. Records nothing of its own but the
 *   continue-as-new, and one timer where a rollover has to wait for an item in hand. Replacing a deployed plain workflow needs
 *   `patched()` at its entry, or a new type name.
 */
export function longRunning<
  Args extends [] | [unknown],
  State extends object,
  // eslint-disable-next-line @typescript-eslint/no-empty-object-type -- no inboxes
  Declarations extends InboxDeclarations = {},
  Result = void,
>(
  name: string,
  options: LongRunningOptions<Args, State, Declarations>,
  body: (run: Run<Args, State, Declarations>) => Promise<Result>,
): (...args: Args) => Promise<Result> {
  const declared = declare(name, options);
  const workflow = async (...given: unknown[]): Promise<Result> => {
    const [input, carried] = given;
    const args = (given.length === 0 ? [] : [input]) as unknown as Args;
    const session = new Session<Args, State, Result>(declared, args, carried);
    return await session.execute(body);
  };
  // The SDK takes the workflow type of client.start(fn) from the function's name.
  Object.defineProperty(workflow, 'name', { value: name });
  return workflow;
}

function declare<Args extends readonly unknown[], State extends object>(
  name: string,
  options: LongRunningOptions<Args, State, InboxDeclarations>,
): Declared<Args, State> {
  const { state, inboxes = {}, rollOver = {} } = options;
  const { drainTimeout = '10 minutes', ...limits } = rollOver;
  if (typeof drainTimeout === 'number' && !(drainTimeout >= 1)) {
    throw new TypeError(`longRunning '${name}': rollOver.drainTimeout is ${drainTimeout}; use at least 1 ms`);
  }
  if (!name) throw new TypeError('longRunning needs the workflow type as its first argument');
  if (!Number.isInteger(state.version) || state.version < 1) {
    throw new TypeError(`longRunning '${name}': state.version is ${String(state.version)}; use a whole number from 1`);
  }
  const bySignal = new Map<string, string>();
  for (const [key, { signal, options: inboxOptions }] of Object.entries(inboxes)) {
    const other = bySignal.get(signal.name);
    if (other !== undefined) {
      throw new TypeError(
        `longRunning '${name}': the inboxes '${other}' and '${key}' both take signal '${signal.name}'`,
      );
    }
    bySignal.set(signal.name, key);
    const { keep = 1 } = inboxOptions.dedupe ?? {};
    if (!Number.isInteger(keep) || keep < 1) {
      throw new TypeError(`longRunning '${name}': inbox '${key}' has dedupe.keep ${keep}; use a whole number from 1`);
    }
  }
  return { name, options, limits: declareLimits(name, limits), drainTimeout };
}
