import type * as Proto from '@temporalio/proto';
import type { Command, HistoryEvent } from '../proto';
import { type Attributes, duration, flag, milliseconds, payload, payloadMap, payloads, text } from './attributes';

export interface AttributePair {
  recorded: Attributes;
  issued: Attributes;
}

type RetryPolicy = Proto.temporal.api.common.v1.IRetryPolicy;
type Failure = Proto.temporal.api.failure.v1.IFailure;

/**
 * What the core does not compare: arguments, options and lengths of a recorded command and of the one issued now.
 *
 * The server fills in what a command leaves open. Such fields are left out here, where the recorded value is one that the
 * server may have filled in. Headers are left out too, since interceptors put identifiers of traces there.
 *
 * @param runTimeoutMs Of the run, which limits the timeouts of its activities; 0 where it has none.
 */
export function attributePair(event: HistoryEvent, command: Command, runTimeoutMs: number): AttributePair {
  const {
    scheduleActivity,
    startTimer,
    startChildWorkflowExecution: child,
    continueAsNewWorkflowExecution: next,
    signalExternalWorkflowExecution: signal,
    requestCancelExternalWorkflowExecution: cancel,
    upsertWorkflowSearchAttributes: upsert,
    modifyWorkflowProperties: memo,
    completeWorkflowExecution: completion,
    failWorkflowExecution: failure,
    updateResponse: update,
    scheduleNexusOperation: nexus,
  } = command;
  if (scheduleActivity) return activity(event, scheduleActivity, runTimeoutMs);
  if (startTimer) {
    const { startToFireTimeout } = event.timerStartedEventAttributes ?? {};
    return {
      recorded: { duration: duration(startToFireTimeout) },
      issued: { duration: duration(startTimer.startToFireTimeout) },
    };
  }
  if (child) return childWorkflow(event, child);
  if (next) return continueAsNew(event, next);
  if (signal) {
    const was = event.signalExternalWorkflowExecutionInitiatedEventAttributes ?? {};
    const { workflowExecution, childWorkflowId, args } = signal;
    return {
      recorded: {
        signalName: text(was.signalName),
        workflowId: text(was.workflowExecution?.workflowId),
        ...payloads('args', was.input?.payloads),
      },
      issued: {
        signalName: text(signal.signalName),
        workflowId: text(workflowExecution?.workflowId ?? childWorkflowId),
        ...payloads('args', args),
      },
    };
  }
  if (cancel) {
    const was = event.requestCancelExternalWorkflowExecutionInitiatedEventAttributes ?? {};
    return {
      recorded: { workflowId: text(was.workflowExecution?.workflowId) },
      issued: { workflowId: text(cancel.workflowExecution?.workflowId) },
    };
  }
  if (upsert) {
    const was = event.upsertWorkflowSearchAttributesEventAttributes?.searchAttributes?.indexedFields;
    return {
      recorded: payloadMap('searchAttributes', was),
      issued: payloadMap('searchAttributes', upsert.searchAttributes?.indexedFields),
    };
  }
  if (memo) {
    const was = event.workflowPropertiesModifiedEventAttributes?.upsertedMemo?.fields;
    return { recorded: payloadMap('memo', was), issued: payloadMap('memo', memo.upsertedMemo?.fields) };
  }
  if (completion) {
    const [was] = event.workflowExecutionCompletedEventAttributes?.result?.payloads ?? [];
    return { recorded: { result: payload(was) }, issued: { result: payload(completion.result) } };
  }
  if (failure) {
    const was = event.workflowExecutionFailedEventAttributes?.failure;
    return { recorded: failureAttributes('failure', was), issued: failureAttributes('failure', failure.failure) };
  }
  if (update) return updateAnswer(event, update);
  if (nexus) return nexusOperation(event, nexus);
  return { recorded: {}, issued: {} };
}

function activity(
  { activityTaskScheduledEventAttributes: was = {} }: HistoryEvent,
  now: Proto.coresdk.workflow_commands.IScheduleActivity,
  runTimeoutMs: number,
): AttributePair {
  const recorded: Attributes = {
    taskQueue: text(was?.taskQueue?.name),
    ...payloads('args', was?.input?.payloads),
    ...retryAttributes(was?.retryPolicy),
  };
  const issued: Attributes = {
    taskQueue: text(now.taskQueue),
    ...payloads('args', now.arguments),
    ...retryAttributes(now.retryPolicy),
  };
  const filledIn = new Set([0, runTimeoutMs, milliseconds(now.scheduleToCloseTimeout)]);
  for (const field of ['scheduleToCloseTimeout', 'scheduleToStartTimeout', 'startToCloseTimeout'] as const) {
    const length = milliseconds(was?.[field]);
    const asked = milliseconds(now[field]);
    // The server also cuts a timeout down to the one that contains it.
    const cutDown = length > 0 && length < asked && filledIn.has(length);
    if (asked === 0 ? filledIn.has(length) : cutDown) continue;
    recorded[field] = duration(was?.[field]);
    issued[field] = duration(now[field]);
  }
  const beat = milliseconds(now.heartbeatTimeout);
  if (beat === 0 || milliseconds(was?.heartbeatTimeout) !== Math.min(beat, milliseconds(was?.startToCloseTimeout))) {
    recorded.heartbeatTimeout = duration(was?.heartbeatTimeout);
    issued.heartbeatTimeout = duration(now.heartbeatTimeout);
  }
  return { recorded, issued };
}

/** The server's defaults stand for what a policy leaves open, or for a whole policy that is absent. */
function retryAttributes(policy: RetryPolicy | null | undefined): Attributes {
  const initial = milliseconds(policy?.initialInterval) || 1_000;
  return {
    'retry.initialInterval': { kind: 'duration', value: initial },
    'retry.backoffCoefficient': { kind: 'number', value: policy?.backoffCoefficient || 2 },
    'retry.maximumInterval': { kind: 'duration', value: milliseconds(policy?.maximumInterval) || initial * 100 },
    'retry.maximumAttempts': { kind: 'number', value: policy?.maximumAttempts ?? 0 },
    'retry.nonRetryableErrorTypes': text((policy?.nonRetryableErrorTypes ?? []).join(', ')),
  };
}

function childWorkflow(
  { startChildWorkflowExecutionInitiatedEventAttributes: was = {} }: HistoryEvent,
  now: Proto.coresdk.workflow_commands.IStartChildWorkflowExecution,
): AttributePair {
  const pair: AttributePair = {
    recorded: {
      taskQueue: text(was?.taskQueue?.name),
      cronSchedule: text(was?.cronSchedule),
      parentClosePolicy: { kind: 'number', value: was?.parentClosePolicy || 1 },
      ...payloads('args', was?.input?.payloads),
      ...payloadMap('memo', was?.memo?.fields),
      ...payloadMap('searchAttributes', was?.searchAttributes?.indexedFields),
    },
    issued: {
      taskQueue: text(now.taskQueue),
      cronSchedule: text(now.cronSchedule),
      parentClosePolicy: { kind: 'number', value: now.parentClosePolicy || 1 },
      ...payloads('args', now.input),
      ...payloadMap('memo', now.memo),
      ...payloadMap('searchAttributes', now.searchAttributes?.indexedFields),
    },
  };
  if (was?.retryPolicy ?? now.retryPolicy) {
    Object.assign(pair.recorded, retryAttributes(was?.retryPolicy));
    Object.assign(pair.issued, retryAttributes(now.retryPolicy));
  }
  for (const field of ['workflowExecutionTimeout', 'workflowRunTimeout', 'workflowTaskTimeout'] as const) {
    if (milliseconds(now[field]) === 0) continue; // the server fills it in
    pair.recorded[field] = duration(was?.[field]);
    pair.issued[field] = duration(now[field]);
  }
  return pair;
}

function nexusOperation(
  { nexusOperationScheduledEventAttributes: was = {} }: HistoryEvent,
  now: Proto.coresdk.workflow_commands.IScheduleNexusOperation,
): AttributePair {
  const pair: AttributePair = {
    recorded: {
      endpoint: text(was?.endpoint),
      service: text(was?.service),
      operation: text(was?.operation),
      input: payload(was?.input),
    },
    issued: {
      endpoint: text(now.endpoint),
      service: text(now.service),
      operation: text(now.operation),
      input: payload(now.input),
    },
  };
  for (const field of ['scheduleToCloseTimeout', 'scheduleToStartTimeout', 'startToCloseTimeout'] as const) {
    // The server cuts it down to what the run has left, or fills in its own maximum.
    const length = milliseconds(was?.[field]);
    const asked = milliseconds(now[field]);
    if (asked === 0 || (length > 0 && length < asked)) continue;
    pair.recorded[field] = duration(was?.[field]);
    pair.issued[field] = duration(now[field]);
  }
  return pair;
}

function continueAsNew(
  { workflowExecutionContinuedAsNewEventAttributes: was = {} }: HistoryEvent,
  now: Proto.coresdk.workflow_commands.IContinueAsNewWorkflowExecution,
): AttributePair {
  const pair: AttributePair = {
    recorded: {
      workflowType: text(was?.workflowType?.name),
      taskQueue: text(was?.taskQueue?.name),
      ...payloads('args', was?.input?.payloads),
    },
    issued: {
      workflowType: text(now.workflowType),
      taskQueue: text(now.taskQueue),
      ...payloads('args', now.arguments),
    },
  };
  // What the command leaves open, the next run takes over from this one.
  for (const field of ['workflowRunTimeout', 'workflowTaskTimeout'] as const) {
    if (milliseconds(now[field]) === 0) continue;
    pair.recorded[field] = duration(was?.[field]);
    pair.issued[field] = duration(now[field]);
  }
  if (Object.keys(now.memo ?? {}).length > 0) {
    Object.assign(pair.recorded, payloadMap('memo', was?.memo?.fields));
    Object.assign(pair.issued, payloadMap('memo', now.memo));
  }
  if (Object.keys(now.searchAttributes?.indexedFields ?? {}).length > 0) {
    Object.assign(pair.recorded, payloadMap('searchAttributes', was?.searchAttributes?.indexedFields));
    Object.assign(pair.issued, payloadMap('searchAttributes', now.searchAttributes?.indexedFields));
    // The server's own list of patches.
    for (const side of [pair.recorded, pair.issued]) delete side['searchAttributes.TemporalChangeVersion'];
  }
  return pair;
}

function updateAnswer(
  event: HistoryEvent,
  { completed, rejected }: Proto.coresdk.workflow_commands.IUpdateResponse,
): AttributePair {
  const outcome = event.workflowExecutionUpdateCompletedEventAttributes?.outcome;
  if (!outcome) return { recorded: {}, issued: {} };
  const failed = (failure: Failure | null | undefined): Attributes =>
    failure
      ? { answered: text('a failure'), ...failureAttributes('failure', failure) }
      : { answered: text('a result') };
  return {
    recorded: {
      ...failed(outcome.failure),
      ...(!outcome.failure && { result: payload(outcome.success?.payloads?.[0]) }),
    },
    issued: { ...failed(rejected), ...(completed && { result: payload(completed) }) },
  };
}

/** Without stack traces, which change with every edit. */
function failureAttributes(path: string, failure: Failure | null | undefined): Attributes {
  if (!failure) return {};
  const { applicationFailureInfo: info, message, cause } = failure;
  return {
    [`${path}.message`]: { kind: 'words', value: message ?? '' },
    ...(info && {
      [`${path}.type`]: text(info.type),
      [`${path}.nonRetryable`]: flag(info.nonRetryable),
      ...payloads(`${path}.details`, info.details?.payloads),
    }),
    ...failureAttributes(`${path}.cause`, cause),
  };
}
