import { eventKind } from '../../testing/event-kind';
import type { WorkflowRun } from 'longhaul/testing';

/** What Temporal Cloud bills of what is in a history, as its documentation lists it. A heartbeat leaves no event. */
const billed: Readonly<Record<string, number>> = {
  WorkflowExecutionStarted: 1,
  WorkflowExecutionSignaled: 1,
  WorkflowExecutionUpdateAccepted: 1,
  ActivityTaskStarted: 1,
  TimerStarted: 1,
  MarkerRecorded: 1,
  StartChildWorkflowExecutionInitiated: 2,
  SignalExternalWorkflowExecutionInitiated: 1,
  UpsertWorkflowSearchAttributes: 1,
};

/** The billable actions of these runs, queries and heartbeats apart. */
export function cloudActions(runs: readonly WorkflowRun[]): number {
  let actions = 0;
  for (const { history } of runs) {
    for (const event of history.events ?? []) actions += billed[eventKind(event)] ?? 0;
  }
  return actions;
}
