import { metricMeter, workflowInfo } from '@temporalio/workflow';
import type { RollOverCause } from './envelope';
import { workflowNow } from './workflow-now';

// Through the SDK's meter: nothing lands in history, and nothing is counted while recorded commands are replayed.

/** Counts a rollover, and measures what the run leaves behind. */
export function countRollOver(cause: RollOverCause): void {
  const { historyLength, historySize } = workflowInfo();
  metricMeter.createCounter('longhaul_rollovers', '1', 'Runs that rolled over').add(1, { cause });
  metricMeter
    .createHistogram('longhaul_rollover_history_events', 'int', '1', 'Events in the history of a run that rolled over')
    .record(historyLength, { cause });
  metricMeter
    .createHistogram('longhaul_rollover_history_bytes', 'int', 'By', 'Size of the history of a run that rolled over')
    .record(historySize, { cause });
}

export function countDeadLetter(inbox: string): void {
  metricMeter.createCounter('longhaul_dead_letters', '1', 'Items that went to the dead letters').add(1, { inbox });
}

/** Measures the backlog of one inbox: once a workflow task, since a call for each signal would cost more than handling it. */
export class BacklogMeter {
  private measuredAt = -1;

  /** @param oldestAt When the oldest item that waits was received, in milliseconds since the epoch. */
  measure(inbox: string, depth: number, oldestAt: number | undefined): void {
    const { historyLength, unsafe } = workflowInfo();
    if (depth === 0 || unsafe.isReplaying || historyLength === this.measuredAt) return;
    this.measuredAt = historyLength;
    metricMeter
      .createHistogram('longhaul_inbox_depth', 'int', '1', 'Items that waited in an inbox as another one came')
      .record(depth, { inbox });
    metricMeter
      .createHistogram('longhaul_inbox_oldest_age', 'int', 'ms', 'How long the oldest of them had waited')
      .record(Math.max(0, workflowNow() - (oldestAt ?? workflowNow())), { inbox });
  }
}
