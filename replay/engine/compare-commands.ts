import { acceptedUpdates, type IssuedStep, issuedSteps } from './issued-commands';
import type { RecordedStep, RecordedTask } from './recorded-commands';
import type { Recording } from './workflow-recorder';

export interface Mismatch {
  eventId: number;
  expected: string;
  actual: string;
  /** The command that came instead; absent if the code issued no more in that workflow task. */
  origin?: IssuedStep['origin'];
  /** The code ended the workflow where the history goes on. */
  ended: boolean;
}

/** A recorded command and the one that the code issued in its place, of the same kind and name. */
export interface Pair {
  recorded: RecordedStep;
  issued: IssuedStep;
}

export interface Comparison {
  /** Up to the first mismatch. */
  pairs: Pair[];
  /** The first place at which the commands that the code issued part from those that the history records. */
  mismatch?: Mismatch;
}

export function compareCommands(
  tasks: readonly RecordedTask[],
  recording: Pick<Recording, 'commands' | 'reached'>,
): Comparison {
  const { commands, reached } = recording;
  const accepted = acceptedUpdates(commands);
  const pairs: Pair[] = [];
  let from = 0;
  let next = 0; // commands come in the order of their tasks
  for (const task of tasks) {
    if (from >= reached) break; // replay stopped before this task
    const first = next;
    while (next < commands.length && (commands[next]?.historyLength ?? 0) <= task.historyLength) next += 1;
    const mine = commands.slice(first, next).filter(({ historyLength: at }) => at > from);
    from = task.historyLength;
    const steps = issuedSteps(mine, accepted);
    const mismatch = compareTask(task, steps, pairs);
    const local = localActivityMismatch(task, recording);
    const earliest = local && (!mismatch || local.eventId < mismatch.eventId) ? inPlaceOf(local, mismatch) : mismatch;
    if (earliest) return { pairs, mismatch: earliest };
  }
  return { pairs };
}

function compareTask(
  { completedId, steps }: RecordedTask,
  issued: readonly IssuedStep[],
  pairs: Pair[],
): Mismatch | undefined {
  let at = 0;
  for (const recorded of steps) {
    const now = issued[at];
    if (now && isSame(recorded, now)) {
      pairs.push({ recorded, issued: now });
      at += 1;
    } else if (!recorded.optional) {
      return mismatchOf(recorded, now, completedId);
    }
  }
  return issued[at] && mismatchOf(undefined, issued[at], completedId);
}

function isSame(recorded: RecordedStep, now: IssuedStep): boolean {
  return recorded.kind === now.kind && recorded.name === now.name;
}

function mismatchOf(recorded: RecordedStep | undefined, now: IssuedStep | undefined, completedId: number): Mismatch {
  return {
    eventId: recorded?.eventId ?? completedId,
    expected: recorded?.label ?? 'no command',
    actual: now?.label ?? 'no command',
    ...(now && { origin: now.origin }),
    ended: now !== undefined && terminal.has(now.kind),
  };
}

/** A local activity that ended in this task, which the code never began or began under another name. */
function localActivityMismatch(
  { localActivities }: RecordedTask,
  { commands }: Pick<Recording, 'commands'>,
): Mismatch | undefined {
  for (const { seq, name, eventId } of localActivities) {
    const begun = commands.find(({ command: { scheduleLocalActivity: local } }) => local?.seq === seq);
    const now = begun?.command.scheduleLocalActivity?.activityType ?? undefined;
    if (now === name) continue;
    return {
      eventId,
      expected: `MarkerRecorded local activity ${name}`,
      actual: now === undefined ? 'no command' : `ScheduleLocalActivity ${now}`,
      ...(begun && { origin: begun.origin }),
      ended: false,
    };
  }
  return undefined;
}

/** Where the code issued another command in the same task, that one came instead of the local activity. */
function inPlaceOf(local: Mismatch, mismatch: Mismatch | undefined): Mismatch {
  if (local.origin || !mismatch?.origin) return local;
  const { actual, origin, ended } = mismatch;
  return { ...local, actual, origin, ended };
}

const terminal = new Set(['completion', 'failure', 'cancellation', 'continue-as-new']);
