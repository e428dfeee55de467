import type { History } from '../proto';
import type { DriftEntry } from '../report';
import { compareCommands } from './compare-commands';
import { digestOf } from './digests';
import { driftOf, type ValueOptions } from './find-drift';
import { issuedSteps } from './issued-commands';
import { recordedTasks } from './recorded-commands';
import type { SourceLines } from './source-lines';
import type { Recording } from './workflow-recorder';

/** A command that the same code issues otherwise in another place, at another time. */
export type Moved = Omit<DriftEntry, 'eventId'> & { eventId?: number };

const most = 10;

/**
 * Compares the commands of this run with those that the same code issued for the same history elsewhere.
 *
 * @param elsewhere Digests of those, in their order.
 */
export function movedFrom(
  elsewhere: readonly string[],
  history: History,
  recording: Recording,
  lines: SourceLines,
  values: ValueOptions,
): Moved[] {
  const { commands } = recording;
  const differing = new Set(commands.filter(({ command }, index) => digestOf(command) !== elsewhere[index]));
  if (differing.size === 0 && commands.length === elsewhere.length) return [];
  const { pairs } = compareCommands(recordedTasks(history.events ?? []), recording);
  const changed = new Set([...differing].map(({ command }) => command));
  const drift: Moved[] = driftOf(
    history,
    pairs.filter(({ issued }) => changed.has(issued.command)),
    lines,
    values,
  );
  if (drift.length > 0) return drift.slice(0, most);

  // Behind the last recorded workflow task, or a difference in what is not compared with history, such as an id.
  const [first] = differing;
  const location = first && lines.locate(first.origin);
  const [step] = first ? issuedSteps([first]) : [];
  return [
    {
      command: step?.label ?? 'the number of commands',
      path: '',
      recorded: first ? 'one value here' : `${elsewhere.length} here`,
      actual: first ? 'another there' : `${commands.length} there`,
      ...(location && { location }),
    },
  ];
}
