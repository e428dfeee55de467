import type { HistoryEvent } from './history-events';

/** What an event is, in the CLI's words: `ActivityTaskScheduled`, `TimerFired`, `WorkflowExecutionSignaled`. */
export type EventKind = Capitalize<string>;

/** The kind of an event, read off its attributes: they are named after it. */
export function eventKind(event: HistoryEvent): EventKind {
  for (const [name, value] of Object.entries(event)) {
    if (value && name.endsWith('EventAttributes')) {
      const kind = name.slice(0, -'EventAttributes'.length);
      return `${kind.slice(0, 1).toUpperCase()}${kind.slice(1)}` as EventKind;
    }
  }
  return 'Unknown';
}
