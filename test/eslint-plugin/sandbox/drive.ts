import { readFileSync } from 'node:fs';
import { coresdk } from '@temporalio/proto';
import { defaultPayloadConverter } from '@temporalio/common';
import { msToTs } from '@temporalio/common/lib/time';
import { parseWorkflowCode } from '@temporalio/worker/lib/worker';
import type { Workflow } from '@temporalio/worker/lib/workflow/interface';
import { ReusableVMWorkflowCreator } from '@temporalio/worker/lib/workflow/reusable-vm';
import type { WorkflowInfo } from '@temporalio/workflow';

/** What a process of its own is asked to run: workflows of one bundle, each as often as `runs` says. */
export interface DriveRequest {
  bundle: string;
  replaying: boolean;
  workflows: readonly DriveWorkflow[];
  runs: number;
}

export interface DriveWorkflow {
  type: string;
  args: readonly unknown[];
  /** Asked when the first task is done; its answer is the result. */
  query: string | undefined;
  /** The patches whose markers a history holds. */
  patches: readonly string[];
}

/** What became of one run. */
export interface DriveOutcome {
  type: string;
  result: unknown;
  /** Why a workflow task failed: that is retried for ever. */
  error: string | undefined;
  commands: readonly string[];
  /** The patches that the run wrote markers for. */
  patches: readonly string[];
}

const start = 1_700_000_000_000;

/** Runs workflows in the SDK's own sandbox, with a server's part played by hand: timers fire, activities are done. */
export async function drive(request: DriveRequest): Promise<readonly DriveOutcome[]> {
  const bundle = parseWorkflowCode(readFileSync(request.bundle, 'utf8'), request.bundle);
  const creator = await ReusableVMWorkflowCreator.create(bundle, 5_000, new Set());
  const outcomes: DriveOutcome[] = [];
  for (let run = 1; run <= request.runs; run += 1) {
    for (const workflow of request.workflows) {
      const id = `${workflow.type}-${run}`;
      try {
        outcomes.push(await runToEnd(creator, { ...workflow, id, replaying: request.replaying }));
      } catch (error) {
        outcomes.push({ type: workflow.type, result: undefined, error: textOf(error), commands: [], patches: [] });
      }
    }
  }
  return outcomes;
}

interface Run extends DriveWorkflow {
  id: string;
  replaying: boolean;
}

async function runToEnd(creator: ReusableVMWorkflowCreator, run: Run): Promise<DriveOutcome> {
  const { type, args, query, id, replaying } = run;
  const workflow = await creator.createWorkflow({
    info: infoOf(type, id),
    // The same for all runs: what differs comes from elsewhere.
    randomnessSeed: [1, 2, 3, 4],
    now: start,
    showStackTraceSources: false,
  });
  const commands: string[] = [];
  const patches: string[] = [];
  const outcome = (result: unknown, error?: string): DriveOutcome => ({ type, result, error, commands, patches });
  let now = start;
  let jobs: coresdk.workflow_activation.IWorkflowActivationJob[] = [
    ...run.patches.map((patchId) => ({ notifyHasPatch: { patchId } })),
    initialize(type, id, args),
  ];
  try {
    while (jobs.length > 0) {
      const done = await activate(workflow, id, now, replaying, jobs);
      jobs = [];
      for (const command of done) {
        commands.push(...Object.keys(command).slice(0, 1));
        if (command.completeWorkflowExecution) return outcome(decoded(command.completeWorkflowExecution.result));
        if (command.failWorkflowExecution) {
          return outcome(`failed: ${command.failWorkflowExecution.failure?.message ?? ''}`);
        }
        if (command.setPatchMarker) patches.push(command.setPatchMarker.patchId ?? '');
        if (command.startTimer) jobs.push({ fireTimer: { seq: command.startTimer.seq ?? 0 } });
        if (command.scheduleActivity) jobs.push(resolved(command.scheduleActivity.seq ?? 0));
      }
      now += 1_000;
      if (query !== undefined) return outcome(await ask(workflow, id, now, replaying, query));
    }
    return outcome('waits');
  } catch (error) {
    return outcome(undefined, textOf(error));
  } finally {
    await workflow.dispose();
  }
}

async function activate(
  workflow: Workflow,
  runId: string,
  now: number,
  isReplaying: boolean,
  jobs: coresdk.workflow_activation.IWorkflowActivationJob[],
): Promise<readonly coresdk.workflow_commands.IWorkflowCommand[]> {
  const activation = coresdk.workflow_activation.WorkflowActivation.fromObject({
    runId,
    timestamp: msToTs(now),
    isReplaying,
    historyLength: 3,
    jobs,
  });
  const completion = await workflow.activate(activation);
  await workflow.getAndResetSinkCalls();
  if (completion.failed) throw new Error(completion.failed.failure?.message ?? 'failed');
  return completion.successful?.commands ?? [];
}

async function ask(
  workflow: Workflow,
  runId: string,
  now: number,
  replaying: boolean,
  query: string,
): Promise<unknown> {
  const job = { queryWorkflow: { queryId: 'asked', queryType: query, arguments: [] } };
  const commands = await activate(workflow, runId, now, replaying, [job]);
  return decoded(commands.find((command) => command.respondToQuery)?.respondToQuery?.succeeded?.response);
}

function initialize(
  workflowType: string,
  workflowId: string,
  args: readonly unknown[],
): coresdk.workflow_activation.IWorkflowActivationJob {
  return {
    initializeWorkflow: {
      workflowId,
      workflowType,
      arguments: args.map((arg) => defaultPayloadConverter.toPayload(arg)),
    },
  };
}

function resolved(seq: number): coresdk.workflow_activation.IWorkflowActivationJob {
  return { resolveActivity: { seq, result: { completed: { result: defaultPayloadConverter.toPayload('done') } } } };
}

function decoded(payload: unknown): unknown {
  return payload ? defaultPayloadConverter.fromPayload(payload) : undefined;
}

/** What the examples may ask for; the worker fills in more. */
function infoOf(workflowType: string, runId: string): WorkflowInfo {
  const info = {
    workflowType,
    workflowId: runId,
    runId,
    firstExecutionRunId: runId,
    attempt: 1,
    namespace: 'default',
    taskQueue: 'pages',
    taskTimeoutMs: 1_000,
    historyLength: 3,
    historySize: 300,
    continueAsNewSuggested: false,
    searchAttributes: {},
    startTime: new Date(start),
    runStartTime: new Date(start),
    unsafe: { isReplaying: false, isReplayingHistoryEvents: false },
  };
  return info as unknown as WorkflowInfo;
}

/** The sandbox throws errors of its own realm. */
function textOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'message' in error ? String(error.message) : String(error);
}
