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
  event: HistoryEvent;
  /** Code may leave it out: the marker of a patch that was deprecated when it was recorded. */
  optional?: boolean;
}

/** A local activity is recorded when it ends, in a later place than the code asked for it, and told by its number. */
export interface RecordedLocalActivity {
  seq: number;
  name: string;
  eventId: number;
}

/** The commands of one completed workflow task. */
export interface RecordedTask {
  /** Length of the history that the task saw. */
  historyLength: number;
  completedId: number;
  steps: RecordedStep[];
  localActivities: RecordedLocalActivity[];
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
    if (event.workflowTaskCompletedEventAttributes)
      tasks.push({ historyLength, completedId: idOf(event), steps: [], localActivities: [] });
    const step = stepOf(event);
    if (step) {
      const name = step.name || uncomparedName(event);
      const label = `${String(typeOf(event))} ${name}`.trim();
      tasks.at(-1)?.steps.push({ ...step, label, eventId: idOf(event), event });
    }
    const local = localActivityOf(event);
    if (local) tasks.at(-1)?.localActivities.push(local);
  }
  return tasks;
}

/** What a report shows although the core does not compare it. */
function uncomparedName(event: HistoryEvent): string {
  const signal = event.signalExternalWorkflowExecutionInitiatedEventAttributes;
  return signal?.signalName ?? event.nexusOperationScheduledEventAttributes?.operation ?? '';
}

function stepOf(event: HistoryEvent): { kind: string; name: string; optional?: boolean } | undefined {
  const type = typeOf(event);
  switch (type) {
    case 'ActivityTaskScheduled':
      return { kind: 'activity', name: event.activityTaskScheduledEventAttributes?.activityType?.name ?? '' };
    case 'StartChildWorkflowExecutionInitiated': {
      const { workflowType, workflowId } = event.startChildWorkflowExecutionInitiatedEventAttributes ?? {};
      return { kind: 'child', name: `${workflowType?.name ?? ''} (id ${workflowId ?? ''})` };
    }
    case 'WorkflowExecutionUpdateAccepted':
      return { kind: 'update', name: event.workflowExecutionUpdateAcceptedEventAttributes?.protocolInstanceId ?? '' };
    case 'WorkflowExecutionUpdateCompleted':
      return {
        kind: 'update answer',
        name: event.workflowExecutionUpdateCompletedEventAttributes?.meta?.updateId ?? '',
      };
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
  ['SignalExternalWorkflowExecutionInitiated', 'signal'],
  ['NexusOperationScheduled', 'nexus'],
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

function markerStep(event: HistoryEvent): { kind: string; name: string; optional?: boolean } | undefined {
  const { markerName, details } = event.markerRecordedEventAttributes ?? {};
  if (markerName !== 'core_patch') return undefined;
  const data = jsonOf(details?.['patch-data']?.payloads?.[0]) as { id?: unknown; deprecated?: unknown } | undefined;
  const name = typeof data?.id === 'string' ? data.id : '';
  return { kind: 'patch', name, ...(data?.deprecated === true && { optional: true }) };
}

function localActivityOf(event: HistoryEvent): RecordedLocalActivity | undefined {
  const { markerName, details } = event.markerRecordedEventAttributes ?? {};
  if (markerName !== 'core_local_activity') return undefined;
  const data = jsonOf(details?.data?.payloads?.[0]) as { seq?: unknown; activity_type?: unknown } | undefined;
  if (typeof data?.seq !== 'number' || typeof data.activity_type !== 'string') return undefined;
  return { seq: data.seq, name: data.activity_type, eventId: idOf(event) };
}

/** The core adds this upsert to each new patch; no code asks for it. */
function isPatchUpsert(event: HistoryEvent): boolean {
  const fields = event.upsertWorkflowSearchAttributesEventAttributes?.searchAttributes?.indexedFields ?? {};
  return Object.keys(fields).every((name) => name === 'TemporalChangeVersion');
}
