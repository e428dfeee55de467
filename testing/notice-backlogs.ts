import type { WorkflowInfo } from '@temporalio/workflow';
import type { InjectedSinks, ReplayWorkerOptions } from '@temporalio/worker';

/** An inbox that held items over many workflow tasks while nobody read it. */
export interface Backlog {
  workflowId: string;
  workflowType: string;
  inbox: string;
  depth: number;
  tasks: number;
}

type LogLine = (info: WorkflowInfo, message: string, attributes?: Record<string, unknown>) => void;

/**
 * Options for a replay that tells of each backlog which `longRunning` warned of.
 *
 * A replay passes over everything that a run logged, also what its worker logged before it was killed.
 */
export function noticingBacklogs(options: ReplayWorkerOptions, tell: (backlog: Backlog) => void): ReplayWorkerOptions {
  const ignore: { fn: LogLine } = { fn: () => undefined };
  const warn = {
    callDuringReplay: true,
    fn: ((info, _message, { longhaul, inbox, depth, tasks } = {}) => {
      if (longhaul !== 'backlog') return;
      const { workflowId, workflowType } = info;
      tell({ workflowId, workflowType, inbox: String(inbox), depth: Number(depth), tasks: Number(tasks) });
    }) satisfies LogLine,
  };
  // The name that users may give to the sink behind `log` of @temporalio/workflow.
  const logger = { trace: ignore, debug: ignore, info: ignore, warn, error: ignore };
  const sinks = { ...options.sinks, defaultWorkerLogger: logger } as unknown as InjectedSinks<never>;
  return { ...options, sinks };
}
