import type { History } from '@temporalio/common/lib/proto-utils';
import { timeOf } from './events';

/** What a history tells of itself. Empty strings where it says nothing. */
export interface HistoryDescription {
  workflowId: string;
  runId: string;
  workflowType: string;
  taskQueue: string;
  /** Number of events. */
  events: number;
  /** Milliseconds between the first event and the last. */
  spanMs: number;
  /** Name and version of the SDK that made it, such as `temporal-typescript 1.24.0`. */
  sdk: string;
  /** Build id of the newest worker in it. */
  codeVersion: string;
  /** Run id of the run that it went on from, by continue-as-new, retry or cron; absent in a first run. */
  continuedFrom?: string;
}

export function describeHistory(history: History): HistoryDescription {
  const events = history.events ?? [];
  const first = events[0];
  const last = events.at(-1);
  const started = first?.workflowExecutionStartedEventAttributes;
  let sdk = '';
  let codeVersion = '';
  for (const { workflowTaskCompletedEventAttributes: completed } of events) {
    const { sdkName, sdkVersion } = completed?.sdkMetadata ?? {};
    if (sdkVersion) sdk = `${sdkName ?? ''} ${sdkVersion}`.trim();
    codeVersion = completed?.deploymentVersion?.buildId ?? completed?.workerVersion?.buildId ?? codeVersion;
  }
  return {
    workflowId: started?.workflowId ?? '',
    runId: started?.originalExecutionRunId ?? '',
    workflowType: started?.workflowType?.name ?? '',
    taskQueue: started?.taskQueue?.name ?? '',
    events: events.length,
    spanMs: Math.max(0, ((last && timeOf(last)) ?? 0) - ((first && timeOf(first)) ?? 0)),
    sdk,
    codeVersion,
    ...(started?.continuedExecutionRunId && { continuedFrom: started.continuedExecutionRunId }),
  };
}
