import type { BacklogOptions } from './backlog';
import { mostBytesByDefault } from './carried-size';
import { lengthInMs } from './deadline';
import { checkInboxes, checkRange } from './declared-inboxes';
import { lengthOfTime } from './duration';
import type { Duration } from './duration';
import type { InboxDeclarations } from './inbox';
import { checkFunction, checkGiven, checkKnown, checkOneOf, shown } from './options';
import { mostEventsKept } from './publish';
import type { ProgressOptions } from './progress';
import type { PublishOptions } from './publish';
import { declareLimits } from './limits';
import type { DeclaredLimits, RollOverOptions } from './limits';
import type { Replaces } from './replaces';
import type { StateOptions } from './state';
import { behaviors, ontoNewVersions } from './versioning';
import type { OntoNewVersion, Versioning } from './versioning';

export interface LongRunningOptions<
  Args extends readonly unknown[],
  State extends object,
  Declarations extends InboxDeclarations,
  OldArgs extends unknown[] = never,
> {
  /** The state that outlives runs: a plain object that JSON carries unchanged. */
  state: StateOptions<Args, State>;

  /** The signals it takes. Their handlers stand before the body's first line. @default none */
  inboxes?: Declarations;

  /** When a run ends in the next one. Never by time or count of iterations. */
  rollOver?: RollOverOptions & {
    /** How long a rollover waits for items in hand, before it hands them to the next run to be done again. @default '10 minutes' */
    drainTimeout?: Duration;

    /**
     * The most that a rollover may carry, in bytes of JSON, from 1,024. More fails the workflow task, retryably, and the run waits for
     * code that keeps less: the server would terminate it. Raise it where external storage or a compressing codec makes less of
     * it on the wire; lower it where a codec makes more of it, or the server takes less than 2 MiB.
     * @default 2_031_616 (2 MiB less 64 KiB)
     */
    mostBytes?: number;

    /**
     * Where workers use deployment versions: whether the next run begins on the version that is current then, as `'with-rollover'`
     * and `'soon'` do, or stays on the build of this one. With `'soon'` a run also rolls over, at its next safe point, once the
     * server says that there is a newer version. A run keeps what it began with, as with limits: to change to or from `'soon'`
     * let first runs of the older code end before. @default 'with-rollover'
     */
    ontoNewVersion?: OntoNewVersion;
  };

  /**
   * When the chain is to be done, from its first run's start: what `run.deadline` begins as. Nothing happens by itself when it
   * passes. @default none
   */
  deadline?: Duration | ((...args: Args) => Duration | undefined);

  /** Where `run.publish` publishes to. @default the newest 100 events in `longhaul.status` */
  publish?: PublishOptions;

  /** How `run.progress` sets search attributes. @default it can't be called */
  progress?: ProgressOptions;

  /**
   * Where workers use deployment versions: whether a run stays on the build that it began on, until it rolls over, or moves to
   * the current one with its next workflow task. A run that a worker without deployment versions began keeps to the worker's
   * default. @default the worker's `defaultVersioningBehavior`
   */
  versioning?: Versioning;

  /**
   * The plain function that was deployed under this workflow type, where executions of it are open. They end on it, and what
   * they continue as new with is converted. Keep it until none of them is open, and its marker as for any patch. @default none
   */
  replaces?: Replaces<OldArgs, NoInfer<Args>, NoInfer<State>, NoInfer<Declarations>>;

  /**
   * What a failure of the body does, once the items in its hand are dead letters: fail the workflow, or run the body again in a
   * new run. A failure with no item in hand always fails the workflow. @default 'fail'
   */
  onError?: 'fail' | 'continue';

  /** How many dead letters are kept, from 1 to 10,000; they travel with each rollover, and beyond it the oldest is dropped. @default 100 */
  deadLetters?: { keep: number };

  /** When an inbox that nobody reads is told of. */
  backlog?: BacklogOptions;
}

/** Options as a `Session` uses them: checked, and without the types of one workflow. */
export interface Declared {
  readonly name: string;
  readonly options: LongRunningOptions<readonly unknown[], object, InboxDeclarations, unknown[]>;
  readonly limits: DeclaredLimits;
  readonly drainTimeout: Duration;
  readonly ontoNewVersion: OntoNewVersion;
  readonly mostBytes: number;
}

/** @throws TypeError for options that are out of range or contradict each other. */
export function declare<Args extends readonly unknown[], State extends object, OldArgs extends unknown[]>(
  name: string,
  options: LongRunningOptions<Args, State, InboxDeclarations, OldArgs>,
): Declared {
  if (typeof name !== 'string' || !name) {
    throw new TypeError('longRunning needs the workflow type as its first argument');
  }
  const who = `longRunning '${name}'`;
  checkNames(who, options);
  const { state, inboxes = {}, rollOver = {}, versioning, replaces } = options;
  const {
    drainTimeout = '10 minutes',
    ontoNewVersion = 'with-rollover',
    mostBytes = mostBytesByDefault,
    ...limits
  } = rollOver;
  lengthOfTime(`${who}: rollOver.drainTimeout`, drainTimeout);
  const { deadline, publish: { keep = 1 } = {}, progress } = options;
  if (deadline !== undefined && typeof deadline !== 'function') lengthInMs(deadline, `${who}: deadline`);
  if (progress?.minInterval !== undefined) {
    lengthInMs(progress.minInterval, `${who}: progress.minInterval`);
  }
  if (progress && typeof progress.registered !== 'function') {
    checkOneOf(`${who}: progress.registered`, progress.registered, [
      'the activity registeredSearchAttributes',
      'assumed',
    ]);
  }
  if (!Number.isInteger(keep) || keep < 1 || keep > mostEventsKept) {
    throw new TypeError(
      `longRunning '${name}': publish.keep is ${keep}; use a whole number from 1 to ${mostEventsKept.toLocaleString('en')}`,
    );
  }
  if (!Number.isInteger(state.version) || state.version < 1) {
    throw new TypeError(`longRunning '${name}': state.version is ${shown(state.version)}; use a whole number from 1`);
  }
  checkFunction(`${who}: state.initial`, state.initial, 'a function that returns the first state');
  for (const [from, step] of Object.entries(state.migrate ?? {})) checkFunction(`${who}: state.migrate[${from}]`, step);
  if (options.onError !== undefined) checkOneOf(`${who}: onError`, options.onError, ['fail', 'continue']);
  if (!Number.isInteger(mostBytes) || mostBytes < 1_024) {
    throw new TypeError(`longRunning '${name}': rollOver.mostBytes is ${mostBytes}; use a whole number from 1,024`);
  }
  if (!ontoNewVersions.includes(ontoNewVersion)) {
    throw new TypeError(
      `longRunning '${name}': rollOver.ontoNewVersion is '${ontoNewVersion}'; use 'with-rollover', 'soon' or 'never'`,
    );
  }
  if (versioning !== undefined && !Object.hasOwn(behaviors, versioning)) {
    throw new TypeError(`longRunning '${name}': versioning is '${versioning}'; use 'pinned' or 'auto-upgrade'`);
  }
  if (replaces && (typeof replaces.workflow !== 'function' || typeof replaces.fromArgs !== 'function')) {
    throw new TypeError(`longRunning '${name}': replaces needs { workflow, fromArgs }, both functions`);
  }
  checkInboxes(name, inboxes);
  checkRange(`longRunning '${name}': deadLetters.keep`, options.deadLetters?.keep ?? 1, 1, 10_000);
  checkRange(`longRunning '${name}': backlog.tasks`, options.backlog?.tasks ?? 2, 2, Infinity);
  return {
    name,
    options: options as unknown as Declared['options'],
    limits: declareLimits(name, limits),
    drainTimeout,
    ontoNewVersion,
    mostBytes,
  };
}

/** Every name among the options but the limits', which `declareLimits` knows, and those of each inbox. */
const names: Readonly<Record<string, readonly string[]>> = {
  state: ['version', 'initial', 'migrate'],
  inboxes: [],
  rollOver: ['events', 'bytes', 'signals', 'updates', 'was', 'drainTimeout', 'mostBytes', 'ontoNewVersion'],
  deadline: [],
  publish: ['stream', 'keep'],
  progress: ['registered', 'minInterval'],
  versioning: [],
  replaces: ['workflow', 'fromArgs'],
  onError: [],
  deadLetters: ['keep'],
  backlog: ['tasks', 'searchAttribute'],
};

function checkNames(who: string, options: object | undefined): void {
  checkGiven(who, '', options, Object.keys(names));
  for (const [path, known] of Object.entries(names)) {
    if (known.length > 0) checkKnown(who, path, (options as Record<string, unknown>)[path], known);
  }
  const { state } = options as { state?: unknown };
  if (state === undefined) throw new TypeError(`${who}: state is missing; use { version: 1, initial: () => ({ … }) }`);
  const { inboxes } = options as { inboxes?: unknown };
  if (inboxes === undefined || (typeof inboxes === 'object' && inboxes !== null && !Array.isArray(inboxes))) return;
  throw new TypeError(`${who}: inboxes is ${shown(inboxes)}; use { name: inbox(…) }`);
}
