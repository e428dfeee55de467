import { lengthOfTime } from './duration';
import type { Duration } from './duration';
import type { Part, PartHost } from './part';
import { limitPassed } from './time-limit';
import type { MovableDeadline } from './time-limit';
import { waitingOn } from './waits';
import { workflowNow } from './workflow-now';

/**
 * The point in time by which a chain of runs is to be done, over all its runs.
 *
 * A time-out begins anew whenever a run does; this doesn't. It is a business deadline: nothing happens by itself when it passes, and
 * it costs nothing until something waits on it (`waitFor`, `withTimeout`, `firstOf`).
 */
export interface RunDeadline extends MovableDeadline {
  /** Milliseconds since the epoch; undefined where none is set. */
  readonly at: number | undefined;
  /** Milliseconds left, and 0 once it has passed; undefined where none is set. */
  readonly remaining: number | undefined;
  /** Whether it is set and has passed. */
  readonly passed: boolean;
  /** Sets or moves it: a length of time from now on, or a point in time. Whoever waits on it follows. Records nothing. */
  set(to: Duration | Date): void;
  /** Takes it away: whoever waits on it waits until one is set. */
  clear(): void;
  /** Resolves when it has passed, for a branch of `firstOf`. Records one timer, and one more each time that it moves. */
  wait(): Promise<void>;
}

/** What travels: null where the body took the deadline away, so that the declared one does not come back. */
interface CarriedDeadline {
  at: number | null;
}

export function deadlinePart(host: PartHost, carried: unknown): Part {
  let at = carriedAt(carried);
  if (at === undefined) at = declaredAt(host) ?? null;
  let known = carried !== undefined || at !== null;
  const deadline: RunDeadline = {
    get at() {
      return at ?? undefined;
    },
    get remaining() {
      return at === null || at === undefined ? undefined : Math.max(0, at - workflowNow());
    },
    get passed() {
      return deadline.remaining === 0;
    },
    set: (to) => {
      at = pointInTime(to);
      known = true;
    },
    clear: () => {
      at = null;
      known = true;
    },
    wait: async () => {
      const done = waitingOn({ kind: 'deadline', what: 'run.deadline', ...(at ? { until: at } : {}) });
      try {
        await limitPassed({ deadline });
      } finally {
        done();
      }
    },
  };
  return {
    carry: (): CarriedDeadline | undefined => (known ? { at: at ?? null } : undefined),
    status: () => (at === null || at === undefined ? {} : { deadline: at }),
    run: { deadline },
  };
}

function carriedAt(carried: unknown): number | null | undefined {
  const { at } = (carried ?? {}) as Partial<CarriedDeadline>;
  return at === null || typeof at === 'number' ? at : undefined;
}

function declaredAt({ declared, args, startedAt }: PartHost): number | undefined {
  const { deadline } = declared.options;
  const length = typeof deadline === 'function' ? deadline(...args) : deadline;
  return length === undefined ? undefined : startedAt + lengthInMs(length, `longRunning '${declared.name}': deadline`);
}

function pointInTime(to: Duration | Date): number {
  // A Date of the host's realm is no instance of the sandbox's.
  if (typeof (to as unknown) === 'object' && typeof (to as Date | null)?.getTime === 'function') {
    const time = (to as Date).getTime();
    if (Number.isNaN(time)) throw new TypeError('run.deadline.set() was given an invalid Date');
    return time;
  }
  return workflowNow() + lengthInMs(to as Duration, 'The argument of run.deadline.set()');
}

/** A length that no timer of its own has to hold: from 0 on, however long. */
export function lengthInMs(length: Duration, what: string): number {
  return lengthOfTime(what, length, { least: 0, most: Number.MAX_VALUE });
}
