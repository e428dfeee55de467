import { idOf, jsonOf, typeOf } from '../events';
import type { HistoryEvent } from '../proto';

/** A command as a history or as the code has it; two are the same step if `kind` and `name` are equal. */
export interface Step {
  kind: string;
  /** What the core compares beside the kind, such as the activity's type. */
  name: string;
  /** For people: `ActivityTaskScheduled chargeCard`. */
  label: string;
}

export interface RecordedStep extends Step {
  eventId: number;
}

/** The commands of one completed workflow task. */
export interface RecordedTask {
  /** Length of the history that the task saw. */
  historyLength: number;
  completedId: number;
  steps: RecordedStep[];
}

/**
 * The commands that a history records, task by task.
 *
 * They are told by their place behind WorkflowTaskCompleted, since the time-skipping server numbers
 * `workflowTaskCompletedEventId` otherwise than real ones.
 */
export function recordedTasks(events: readonly HistoryEvent[]): RecordedTask[] {
  const tasks: RecordedTask[] = [];
  let historyLength = 0;
  for (const event of events) {
    if (event.workflowTaskStartedEventAttributes) historyLength = idOf(event);
    if (event.workflowTaskCompletedEventAttributes) tasks.push({ historyLength, completedId: idOf(event), steps: [] });
    const step = stepOf(event);
    if (step) {
      const label = `${String(typeOf(event))} ${step.name}`.trim();
      tasks.at(-1)?.steps.push({ ...step, label, eventId: idOf(event) });
    }
  }
  return tasks;
}

function stepOf(event: HistoryEvent): { kind: string; name: string } | undefined {
  const type = typeOf(event);
  switch (type) {
    case 'ActivityTaskScheduled':
      return { kind: 'activity', name: event.activityTaskScheduledEventAttributes?.activityType?.name ?? '' };
    case 'StartChildWorkflowExecutionInitiated': {
      const { workflowType, workflowId } = event.startChildWorkflowExecutionInitiatedEventAttributes ?? {};
      return { kind: 'child', name: `${workflowType?.name ?? ''} (id ${workflowId ?? ''})` };
    }
    case 'NexusOperationScheduled':
      return { kind: 'nexus', name: event.nexusOperationScheduledEventAttributes?.operation ?? '' };
    case 'SignalExternalWorkflowExecutionInitiated':
      return { kind: 'signal', name: event.signalExternalWorkflowExecutionInitiatedEventAttributes?.signalName ?? '' };
    case 'MarkerRecorded':
      return markerStep(event);
    case 'UpsertWorkflowSearchAttributes':
      return isPatchUpsert(event) ? undefined : { kind: 'search attributes', name: '' };
    default: {
      const kind = type === undefined ? undefined : plainKinds.get(type);
      return kind === undefined ? undefined : { kind, name: '' };
    }
  }
}

const plainKinds = new Map([
  ['TimerStarted', 'timer'],
  ['TimerCanceled', 'timer cancellation'],
  ['ActivityTaskCancelRequested', 'activity cancellation'],
  ['NexusOperationCancelRequested', 'nexus cancellation'],
  ['RequestCancelExternalWorkflowExecutionInitiated', 'cancellation request'],
  ['WorkflowPropertiesModified', 'memo'],
  ['WorkflowExecutionCompleted', 'completion'],
  ['WorkflowExecutionFailed', 'failure'],
  ['WorkflowExecutionCanceled', 'cancellation'],
  ['WorkflowExecutionContinuedAsNew', 'continue-as-new'],
]);

function markerStep(event: HistoryEvent): { kind: string; name: string } | undefined {
  const { markerName, details } = event.markerRecordedEventAttributes ?? {};
  // A local activity is recorded when it ends, in a later place than the code asked for it.
  if (markerName !== 'core_patch') return undefined;
  const data = jsonOf(details?.['patch-data']?.payloads?.[0]) as { id?: unknown } | undefined;
  return { kind: 'patch', name: typeof data?.id === 'string' ? data.id : '' };
}

/** The core adds this upsert to each new patch; no code asks for it. */
function isPatchUpsert(event: HistoryEvent): boolean {
  const fields = event.upsertWorkflowSearchAttributesEventAttributes?.searchAttributes?.indexedFields ?? {};
  return Object.keys(fields).every((name) => name === 'TemporalChangeVersion');
}
