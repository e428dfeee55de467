import { type ReplayWorkerOptions, Worker } from '@temporalio/worker';
import { answerOf, activationOf, type Tape } from './tape';
import { installQuietRuntime } from './quiet-runtime';
import { isSandboxedWorkflow, type WorkflowCreator } from './sdk-internals';
import type { CreateWorkflowCreator } from './recording-worker';

/** Thrown where the SDK would start its core. */
class CoreNotNeeded extends Error {}

/** What the SDK's replay worker would make workflows with, without its core. */
export async function workflowCreator(options: ReplayWorkerOptions): Promise<WorkflowCreator | undefined> {
  const inherited = (Worker as unknown as { createWorkflowCreator?: CreateWorkflowCreator }).createWorkflowCreator;
  if (typeof inherited !== 'function') return undefined;
  let made: WorkflowCreator | undefined;
  class WorkerWithoutCore extends Worker {}
  const create: CreateWorkflowCreator = async (bundle, compiled, logger) => {
    const isolated = { ...compiled, isolateExecutionTimeoutMs: undefined };
    made = await inherited.call(WorkerWithoutCore, bundle, isolated, logger);
    throw new CoreNotNeeded();
  };
  Object.defineProperty(WorkerWithoutCore, 'createWorkflowCreator', { value: create });
  installQuietRuntime();
  try {
    await WorkerWithoutCore.runReplayHistories(options, []).next();
  } catch (error) {
    if (!(error instanceof CoreNotNeeded)) return undefined;
  }
  return made;
}

/**
 * Plays what the core once did to the code of today.
 *
 * @returns Whether each answer was the same, byte for byte. If not, the core has to be asked.
 */
export async function redrive(creator: WorkflowCreator, { options, steps }: Tape): Promise<boolean> {
  let workflow: unknown;
  try {
    workflow = await creator.createWorkflow(options);
    if (!isSandboxedWorkflow(workflow)) return false;
    for (const step of steps) {
      const completion = await workflow.activate(activationOf(step));
      await workflow.getAndResetSinkCalls?.();
      if (answerOf(completion) !== step.answer) return false;
    }
    return true;
  } catch {
    return false;
  } finally {
    if (isSandboxedWorkflow(workflow)) await workflow.dispose().catch(() => undefined);
  }
}
