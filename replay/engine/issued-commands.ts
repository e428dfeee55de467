import type { Command } from '../proto';
import type { Step } from './recorded-commands';
import type { IssuedCommand } from './workflow-recorder';

export interface IssuedStep extends Step {
  command: Command;
  origin: IssuedCommand['origin'];
}

/** The commands of one workflow task that reach the history: what is begun and cancelled in the same task never does. */
export function issuedSteps(
  commands: readonly IssuedCommand[],
  accepted: ReadonlySet<string> = new Set(),
): IssuedStep[] {
  const cancelled = new Set<string>();
  const begun = new Set<string>();
  for (const { command } of commands) {
    const start = startKey(command);
    const cancel = cancelKey(command);
    if (start !== undefined) begun.add(start);
    if (cancel !== undefined && begun.has(cancel)) cancelled.add(cancel);
  }
  return commands.flatMap(({ command, origin }) => {
    const key = startKey(command) ?? cancelKey(command);
    const step = key !== undefined && cancelled.has(key) ? undefined : stepOf(command, accepted);
    return step ? [{ ...step, command, origin }] : [];
  });
}

function startKey({ startTimer, scheduleActivity, startChildWorkflowExecution }: Command): string | undefined {
  if (startChildWorkflowExecution) return `child ${startChildWorkflowExecution.seq ?? 0}`;
  if (startTimer) return `timer ${startTimer.seq ?? 0}`;
  if (scheduleActivity) return `activity ${scheduleActivity.seq ?? 0}`;
  return undefined;
}

function cancelKey({ cancelTimer, requestCancelActivity, cancelChildWorkflowExecution }: Command): string | undefined {
  if (cancelChildWorkflowExecution) return `child ${cancelChildWorkflowExecution.childWorkflowSeq ?? 0}`;
  if (cancelTimer) return `timer ${cancelTimer.seq ?? 0}`;
  if (requestCancelActivity) return `activity ${requestCancelActivity.seq ?? 0}`;
  return undefined;
}

/** Updates that the code took on; one of these that is rejected later was answered with a failure. */
export function acceptedUpdates(commands: readonly IssuedCommand[]): Set<string> {
  return new Set(
    commands.flatMap(({ command: { updateResponse } }) =>
      updateResponse?.accepted ? [updateResponse.protocolInstanceId ?? ''] : [],
    ),
  );
}

function stepOf(command: Command, accepted: ReadonlySet<string>): Step | undefined {
  const named = namedStep(command, accepted);
  if (named) return named;
  for (const [field, kind, label] of plainCommands) {
    if (command[field]) return { kind, name: '', label };
  }
  return undefined;
}

function namedStep(command: Command, accepted: ReadonlySet<string>): Step | undefined {
  const { startTimer, scheduleActivity, startChildWorkflowExecution: child, setPatchMarker } = command;
  const { signalExternalWorkflowExecution: signal, scheduleNexusOperation: nexus, updateResponse: update } = command;
  if (scheduleActivity) return step('activity', 'ScheduleActivity', scheduleActivity.activityType);
  if (child) return step('child', 'StartChildWorkflow', `${child.workflowType ?? ''} (id ${child.workflowId ?? ''})`);
  if (setPatchMarker) return step('patch', 'SetPatchMarker', setPatchMarker.patchId);
  // The core compares the names of neither.
  if (signal) return { ...step('signal', 'SignalExternalWorkflow', signal.signalName), name: '' };
  if (nexus) return { ...step('nexus', 'ScheduleNexusOperation', nexus.operation), name: '' };
  if (update?.accepted) return step('update', 'AcceptUpdate', update.protocolInstanceId);
  if (update?.rejected && !accepted.has(update.protocolInstanceId ?? '')) {
    return step('update rejection', 'RejectUpdate', update.protocolInstanceId);
  }
  if (update) return step('update answer', 'AnswerUpdate', update.protocolInstanceId);
  if (startTimer) {
    const { seconds, nanos } = startTimer.startToFireTimeout ?? {};
    const length = Number(String(seconds ?? 0)) + (nanos ?? 0) / 1e9;
    return { kind: 'timer', name: '', label: `StartTimer ${length}s` };
  }
  return undefined;
}

function step(kind: string, command: string, name: string | null | undefined): Step {
  return { kind, name: name ?? '', label: `${command} ${name ?? ''}`.trim() };
}

const plainCommands: readonly (readonly [keyof Command, string, string])[] = [
  ['cancelTimer', 'timer cancellation', 'CancelTimer'],
  ['requestCancelActivity', 'activity cancellation', 'CancelActivity'],
  ['requestCancelNexusOperation', 'nexus cancellation', 'CancelNexusOperation'],
  ['requestCancelExternalWorkflowExecution', 'cancellation request', 'CancelExternalWorkflow'],
  ['cancelChildWorkflowExecution', 'cancellation request', 'CancelChildWorkflow'],
  ['upsertWorkflowSearchAttributes', 'search attributes', 'UpsertSearchAttributes'],
  ['modifyWorkflowProperties', 'memo', 'ModifyMemo'],
  ['completeWorkflowExecution', 'completion', 'CompleteWorkflow'],
  ['failWorkflowExecution', 'failure', 'FailWorkflow'],
  ['cancelWorkflowExecution', 'cancellation', 'CancelWorkflow'],
  ['continueAsNewWorkflowExecution', 'continue-as-new', 'ContinueAsNew'],
];
