import type { History } from '@temporalio/common/lib/proto-utils';
import { jsonOf, typeOf } from '../events';
import type { HistoryEvent } from '../proto';

/**
 * What a history shows of its workflow: which event follows which, by kind and name, how it ends, and the patches in it. Two
 * histories with the same features take the same ways through the code, as far as a history can tell.
 */
export function featuresOf({ events }: History): Set<string> {
  const features = new Set<string>();
  const type = events?.[0]?.workflowExecutionStartedEventAttributes?.workflowType?.name ?? '';
  let before = 'begin';
  for (const event of events ?? []) {
    const label = labelOf(event);
    if (label === undefined) continue;
    features.add(`${type}: ${before} > ${label}`);
    before = label;
  }
  features.add(`${type}: ${before} > end`);
  return features;
}

/** `completed`, `continued-as-new` and the like; `open` where it has not ended. */
export function endOf({ events }: History): string {
  const type = typeOf(events?.at(-1) ?? {});
  const ended = /^WorkflowExecution(Completed|Failed|TimedOut|Canceled|Terminated|ContinuedAsNew)$/.exec(
    type ?? '',
  )?.[1];
  return ended?.replace(/(?<=[a-z])[A-Z]/g, '-$&').toLowerCase() ?? 'open';
}

/** The ids of the patches that a history took. */
export function patchesOf({ events }: History): string[] {
  const patches = (events ?? []).flatMap(({ markerRecordedEventAttributes: marker }) => {
    if (marker?.markerName !== 'core_patch') return [];
    const [payload] = Object.values(marker.details ?? {}).flatMap(({ payloads }) => payloads ?? []);
    const data = jsonOf(payload) as { id?: string } | undefined;
    return data?.id === undefined ? [] : [data.id];
  });
  return [...new Set(patches)].sort();
}

function labelOf(event: HistoryEvent): string | undefined {
  const type = typeOf(event);
  // Their number and order is chance.
  if (type === undefined || /^WorkflowTask(?:Scheduled|Started|TimedOut)$/.test(type)) return undefined;
  const name =
    event.activityTaskScheduledEventAttributes?.activityType?.name ??
    event.startChildWorkflowExecutionInitiatedEventAttributes?.workflowType?.name ??
    event.childWorkflowExecutionStartedEventAttributes?.workflowType?.name ??
    event.workflowExecutionSignaledEventAttributes?.signalName ??
    event.markerRecordedEventAttributes?.markerName ??
    event.workflowExecutionUpdateAcceptedEventAttributes?.acceptedRequest?.input?.name ??
    event.signalExternalWorkflowExecutionInitiatedEventAttributes?.signalName;
  return name ? `${type} ${name}` : type;
}
