import { type IssuedStep, issuedSteps } from './issued-commands';
import type { RecordedTask } from './recorded-commands';
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

/** The first place at which the commands that the code issued part from those that the history records. */
export function firstMismatch(tasks: readonly RecordedTask[], { commands, reached }: Recording): Mismatch | undefined {
  let from = 0;
  for (const task of tasks) {
    if (from >= reached) return undefined; // replay stopped before this task
    const mine = commands.filter(({ historyLength: at }) => at > from && at <= task.historyLength);
    from = task.historyLength;
    const mismatch = compareTask(task, issuedSteps(mine));
    if (mismatch) return mismatch;
  }
  return undefined;
}

function compareTask({ completedId, steps }: RecordedTask, issued: readonly IssuedStep[]): Mismatch | undefined {
  for (let index = 0; index < Math.max(steps.length, issued.length); index += 1) {
    const recorded = steps[index];
    const now = issued[index];
    if (recorded && now && recorded.kind === now.kind && recorded.name === now.name) continue;
    return {
      eventId: recorded?.eventId ?? completedId,
      expected: recorded?.label ?? 'no command',
      actual: now?.label ?? 'no command',
      ...(now && { origin: now.origin }),
      ended: now !== undefined && terminal.has(now.kind),
    };
  }
  return undefined;
}

const terminal = new Set(['completion', 'failure', 'cancellation', 'continue-as-new']);
