import type { Command } from '../proto';
import type { Step } from './recorded-commands';
import type { IssuedCommand } from './workflow-recorder';

export interface IssuedStep extends Step {
  origin: IssuedCommand['origin'];
}

/** The commands of one workflow task that reach the history: what is begun and cancelled in the same task never does. */
export function issuedSteps(commands: readonly IssuedCommand[]): IssuedStep[] {
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
    const step = key !== undefined && cancelled.has(key) ? undefined : stepOf(command);
    return step ? [{ ...step, origin }] : [];
  });
}

function startKey({ startTimer, scheduleActivity }: Command): string | undefined {
  if (startTimer) return `timer ${startTimer.seq ?? 0}`;
  if (scheduleActivity) return `activity ${scheduleActivity.seq ?? 0}`;
  return undefined;
}

function cancelKey({ cancelTimer, requestCancelActivity }: Command): string | undefined {
  if (cancelTimer) return `timer ${cancelTimer.seq ?? 0}`;
  if (requestCancelActivity) return `activity ${requestCancelActivity.seq ?? 0}`;
  return undefined;
}

function stepOf(command: Command): Step | undefined {
  const named = namedStep(command);
  if (named) return named;
  for (const [field, kind, label] of plainCommands) {
    if (command[field]) return { kind, name: '', label };
  }
  return undefined;
}

function namedStep(command: Command): Step | undefined {
  const { startTimer, scheduleActivity, startChildWorkflowExecution: child, setPatchMarker } = command;
  const { signalExternalWorkflowExecution: signal, scheduleNexusOperation: nexus } = command;
  if (scheduleActivity) return step('activity', 'ScheduleActivity', scheduleActivity.activityType);
  if (child) return step('child', 'StartChildWorkflow', `${child.workflowType ?? ''} (id ${child.workflowId ?? ''})`);
  if (setPatchMarker) return step('patch', 'SetPatchMarker', setPatchMarker.patchId);
  if (signal) return step('signal', 'SignalExternalWorkflow', signal.signalName);
  if (nexus) return step('nexus', 'ScheduleNexusOperation', nexus.operation);
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
