import type { ChildWorkflowOptions, Workflow } from '@temporalio/workflow';
import type { DeadLetter, UndeclaredSignal } from './envelope';
import type { SearchAttributePair } from '@temporalio/common';
import type { RunDeadline } from './deadline';
import type { ForEachOptions } from './for-each';
import type { InboxDeclarations, InboxesOf } from './inbox';
import type { StepActivity, StepOptions, StepReturn } from './step';
import type { ResultCheck } from './json-state';
import type { Source } from './sources';

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
  /** When the whole chain is to be done; it outlives runs, and costs nothing until something waits on it. */
  readonly deadline: RunDeadline;
  /** Where the work is, in a few words for `longhaul.status`. It outlives runs. Setting it records nothing. @default undefined */
  phase: string | undefined;

  /**
   * Does `work` once over all runs and returns its result, which JSON must carry, in each. A rollover waits for it; so do other lanes
   * that ask for the same key meanwhile.
   *
   * For the few steps of a workflow, not for its items: each result travels with every rollover, and there are at most 2,000. One
   * more fails the workflow task, retryably.
   */
  once<T>(key: string, work: () => Promise<T> & ResultCheck<T>): Promise<T>;

  /**
   * Starts a child that goes on when this run rolls over (under the SDK's default policy it would be terminated), and returns its
   * workflow id. Unless one is given that is PARENT/TYPE/NUMBER, and has the first run's id too where a child that an earlier
   * execution of this workflow id left behind runs under that. Its result can't be awaited, since the run that could may be over: let it signal.
   */
  startChild<W extends Workflow>(child: W, options: StartChildOptions<Parameters<W>>): Promise<string>;

  /**
   * Hands each item of a source to `handler`, up to `concurrency` at once, over rollovers, as an inbox does: with `retry`,
   * `deadLetter` and `orderBy`. Once over all runs: a second call of the same name returns at once.
   *
   * Where it stands travels: the cursor, and what was fetched and not yet handled, so that a page should be small.
   *
   * @param name Names the loop over all runs; no inbox has it.
   * @throws what `source` or `handler` threw, once what is in hand has ended. A second call goes on behind it.
   * @remarks Records what `source` and `handler` do, and a timer for each wait of `retry`.
   */
  forEach<T, Cursor = string>(
    name: string,
    source: Source<T, Cursor>,
    handler: (item: T) => Promise<void>,
    options?: Omit<ForEachOptions<T>, 'until'>,
  ): Promise<void>;

  /**
   * Calls an activity as `step()` does, and sums what its steps did and used into `longhaul.status`, over all runs. A rollover
   * waits for it, for at most `drainTimeout`.
   */
  step<
    F extends StepActivity,
    const Options extends StepOptions<Awaited<ReturnType<F>>> = StepOptions<Awaited<ReturnType<F>>>,
  >(
    activity: F,
    args: Parameters<F>,
    options?: Options & StepOptions<Awaited<ReturnType<F>>>,
  ): Promise<StepReturn<Awaited<ReturnType<F>>, Options>>;

  /**
   * Tells onlookers of something: to a stream where `publish.stream` is declared, else to the newest events in `longhaul.status`.
   * Offsets count over all runs.
   *
   * @param event JSON carries it.
   * @param topic @default 'events'
   * @remarks Records nothing. What is kept travels with each rollover.
   */
  publish(event: unknown, topic?: string): void;

  /**
   * Sets search attributes, where they have changed and the server has them: `run.progress({ key: doneKey, value: 7 })`.
   *
   * @throws Error that fails the workflow task, where the option `progress` is missing.
   * @remarks Records one upsert per `progress.minInterval` at most, and one as the run ends where something is left; and for each
   *   attribute, once, the activity that asks for it. An upsert is a Cloud action. Adding a call to a deployed workflow needs
   *   `patched()`.
   */
  progress(...attributes: SearchAttributePair[]): Promise<void>;

  /**
   * State of a part of the body, under a key of its own: made by `initial` on the first call over all runs, and carried from
   * then on. Change it in place. JSON must carry it.
   *
   * A function that several bodies call, as the recipes are, needs no place in their `state` this way.
   *
   * @remarks Records nothing. Adding a call needs no `patched()`.
   */
  keep<T extends object>(key: string, initial: () => T): T;

  /**
   * Does `work`, for which a rollover that is due elsewhere waits, for at most `drainTimeout`. Without it, what one lane of the body
   * awaits is lost when another lane comes to a safe point.
   *
   * @remarks Records what `work` does. Wrapping a call in a deployed workflow may move a rollover; that needs `patched()`.
   */
  hold<T>(work: () => Promise<T>): Promise<T>;

  /** Whether the next safe point ends the run. Pure: the predicate of a `condition` may ask it. */
  readonly rollOverDue: boolean;

  /** A point at which the run may roll over: everything that must outlive it is in `state` and the inboxes. */
  safePoint(): Promise<void>;
}

export interface StartChildOptions<Args extends readonly unknown[]> extends Omit<
  ChildWorkflowOptions,
  'workflowId' | 'parentClosePolicy'
> {
  args: Args;
  /** @default the parent's workflow id, the child's type and a number that counts over all runs */
  workflowId?: string;
}
