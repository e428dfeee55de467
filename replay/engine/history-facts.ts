import { jsonOf, typeOf } from '../events';
import type { HistoryEvent } from '../proto';

/** How an execution ended, as its history has it. */
export type EndState = 'completed' | 'failed' | 'cancelled' | 'continued as new' | 'timed out' | 'terminated' | 'open';

/** What happens in a history, for the coverage of a corpus. */
export interface HistoryFacts {
  /** Names of the signals that were delivered. */
  signals: string[];
  /** Names of the updates that were accepted. */
  updates: string[];
  /** Ids of the patches with a marker. */
  patches: string[];
  /** Kinds of the events that record a command. */
  commandKinds: string[];
  endState: EndState;
}

export function historyFacts(events: readonly HistoryEvent[]): HistoryFacts {
  const signals = new Set<string>();
  const updates = new Set<string>();
  const patches = new Set<string>();
  const commandKinds = new Set<string>();
  for (const event of events) {
    const type = typeOf(event) ?? '';
    if (commandEvents.has(type)) commandKinds.add(type);
    const signal = event.workflowExecutionSignaledEventAttributes?.signalName;
    if (signal) signals.add(signal);
    const update = event.workflowExecutionUpdateAcceptedEventAttributes?.acceptedRequest?.input?.name;
    if (update) updates.add(update);
    const marker = event.markerRecordedEventAttributes;
    if (marker?.markerName === 'core_local_activity') commandKinds.add('LocalActivity');
    if (marker?.markerName !== 'core_patch') continue;
    const data = jsonOf(marker.details?.['patch-data']?.payloads?.[0]) as { id?: unknown } | undefined;
    if (typeof data?.id === 'string') patches.add(data.id);
    commandKinds.add('PatchMarker');
  }
  const last = events.at(-1);
  return {
    signals: [...signals],
    updates: [...updates],
    patches: [...patches],
    commandKinds: [...commandKinds],
    endState: endStates.get((last && typeOf(last)) ?? '') ?? 'open',
  };
}

const endStates = new Map<string, EndState>([
  ['WorkflowExecutionCompleted', 'completed'],
  ['WorkflowExecutionFailed', 'failed'],
  ['WorkflowExecutionCanceled', 'cancelled'],
  ['WorkflowExecutionContinuedAsNew', 'continued as new'],
  ['WorkflowExecutionTimedOut', 'timed out'],
  ['WorkflowExecutionTerminated', 'terminated'],
]);

const commandEvents = new Set([
  'ActivityTaskScheduled',
  'ActivityTaskCancelRequested',
  'TimerStarted',
  'TimerCanceled',
  'StartChildWorkflowExecutionInitiated',
  'SignalExternalWorkflowExecutionInitiated',
  'RequestCancelExternalWorkflowExecutionInitiated',
  'NexusOperationScheduled',
  'NexusOperationCancelRequested',
  'WorkflowExecutionUpdateAccepted',
  'WorkflowExecutionUpdateCompleted',
  'UpsertWorkflowSearchAttributes',
  'WorkflowPropertiesModified',
  'WorkflowExecutionCompleted',
  'WorkflowExecutionFailed',
  'WorkflowExecutionCanceled',
  'WorkflowExecutionContinuedAsNew',
]);
