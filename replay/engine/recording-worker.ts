import { Worker } from '@temporalio/worker';
import type { WorkflowCreator } from './sdk-internals';
import type { WorkflowRecorder } from './workflow-recorder';

export type CreateWorkflowCreator = (bundle: unknown, options: object, logger: unknown) => Promise<WorkflowCreator>;

/**
 * The SDK's worker, with its workflows watched by `recorder`.
 *
 * @param isolateTimeoutMs Milliseconds; undefined saves the watchdog thread that each step of a workflow would start.
 */
export function recordingWorker(recorder: WorkflowRecorder, isolateTimeoutMs: number | undefined): typeof Worker {
  const inherited = (Worker as unknown as { createWorkflowCreator?: CreateWorkflowCreator }).createWorkflowCreator;
  if (typeof inherited !== 'function') return Worker;

  class RecordingWorker extends Worker {}
  const create: CreateWorkflowCreator = async (bundle, options, logger) => {
    const isolated = { ...options, isolateExecutionTimeoutMs: isolateTimeoutMs };
    const creator = await inherited.call(RecordingWorker, bundle, isolated, logger);
    if (typeof creator.createWorkflow === 'function') recorder.watch(creator);
    return creator;
  };
  Object.defineProperty(RecordingWorker, 'createWorkflowCreator', { value: create });
  return RecordingWorker;
}
