import { msToNumber } from '@temporalio/common/lib/time';
import type { BacklogOptions } from './backlog';
import { mostBytesByDefault } from './carried-size';
import type { Duration } from './duration';
import { lengthInMs } from './deadline';
import type { InboxDeclaration, InboxDeclarations } from './inbox';
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
  const { state, inboxes = {}, rollOver = {}, versioning, replaces } = options;
  const {
    drainTimeout = '10 minutes',
    ontoNewVersion = 'with-rollover',
    mostBytes = mostBytesByDefault,
    ...limits
  } = rollOver;
  if (typeof drainTimeout === 'number' && !(drainTimeout >= 1)) {
    throw new TypeError(`longRunning '${name}': rollOver.drainTimeout is ${drainTimeout}; use at least 1 ms`);
  }
  const { deadline, publish: { keep = 1 } = {}, progress } = options;
  if (deadline !== undefined && typeof deadline !== 'function') lengthInMs(deadline, `longRunning '${name}': deadline`);
  if (progress?.minInterval !== undefined) {
    lengthInMs(progress.minInterval, `longRunning '${name}': progress.minInterval`);
  }
  if (!Number.isInteger(keep) || keep < 1 || keep > mostEventsKept) {
    throw new TypeError(
      `longRunning '${name}': publish.keep is ${keep}; use a whole number from 1 to ${mostEventsKept.toLocaleString('en')}`,
    );
  }
  if (!name) throw new TypeError('longRunning needs the workflow type as its first argument');
  if (!Number.isInteger(state.version) || state.version < 1) {
    throw new TypeError(`longRunning '${name}': state.version is ${String(state.version)}; use a whole number from 1`);
  }
  if (!Number.isInteger(mostBytes) || mostBytes < 1_024) {
    throw new TypeError(`longRunning '${name}': rollOver.mostBytes is ${mostBytes}; use a whole number from 1,024`);
  }
  if (!ontoNewVersions.includes(ontoNewVersion)) {
    throw new TypeError(
      `longRunning '${name}': rollOver.ontoNewVersion is '${ontoNewVersion}'; use 'with-rollover', 'soon' or 'never'`,
    );
  }
  if (versioning !== undefined && !(versioning in behaviors)) {
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

function checkInboxes(workflow: string, inboxes: InboxDeclarations): void {
  const byMessage = new Map<string, string>();
  for (const [key, declaration] of Object.entries(inboxes)) {
    const { type, name } = declaration.message;
    const other = byMessage.get(`${type} ${name}`);
    if (other !== undefined) {
      throw new TypeError(`longRunning '${workflow}': the inboxes '${other}' and '${key}' both take ${type} '${name}'`);
    }
    byMessage.set(`${type} ${name}`, key);
    checkInbox(`longRunning '${workflow}': inbox '${key}'`, declaration);
  }
}

function checkInbox(who: string, { message, options }: InboxDeclaration<unknown, unknown>): void {
  const { dedupe, capacity, reply } = options;
  if (message.type === 'signal' && reply !== undefined) {
    throw new TypeError(`${who} has a reply, which a signal can't give; fill it by an update`);
  }
  if (message.type === 'update' && reply !== 'accepted' && reply !== 'done') {
    throw new TypeError(`${who} takes an update and has reply ${String(reply)}; use 'accepted' or 'done'`);
  }
  if (reply === 'done' && !dedupe) {
    throw new TypeError(
      `${who} has reply 'done' and no dedupe; add dedupe.by, for a reply can be lost and asked for again`,
    );
  }
  checkRange(`${who} has dedupe.keep`, dedupe?.keep ?? 1, 1, Infinity);
  checkRange(`${who} has capacity.items`, capacity?.items ?? 1, 1, Infinity);
  if (dedupe?.keepFor !== undefined && !(msToNumber(dedupe.keepFor) >= 1)) {
    throw new TypeError(`${who} has dedupe.keepFor ${dedupe.keepFor}; use at least 1 ms`);
  }
}

function checkRange(what: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw new TypeError(`${what} ${value}; use a whole number from ${least}${most === Infinity ? '' : ` to ${most}`}`);
}
