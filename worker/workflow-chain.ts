import { TemporalFailure, defaultPayloadConverter } from '@temporalio/common';
import type { Payload } from '@temporalio/common';
import { isCancellation, metricMeter, workflowInfo } from '@temporalio/workflow';
import type { WorkflowInboundCallsInterceptor, WorkflowOutboundCallsInterceptor } from '@temporalio/workflow';
import { workflowNow } from '../workflows/workflow-now';

const header = 'longhaul-chain';

/**
 * Measures an execution over all its runs, since the server's own figures begin anew at each continue-as-new: each run tells the
 * next one in a header when the first began.
 */
export class Chain {
  private told: number | undefined;

  /** When the first run began, as far as it is known, in milliseconds since the epoch. */
  get startedAt(): number {
    return this.told ?? workflowInfo().startTime.getTime();
  }

  readonly inbound: WorkflowInboundCallsInterceptor = {
    execute: (input, next) => {
      this.told = readHeader(input.headers[header]) ?? readEnvelope(input.args[1]);
      const result = next(input);
      // Beside the SDK's own chain of promises: one more reaction takes no turn from it.
      void result.then(
        () => this.record('completed'),
        (error: unknown) => {
          // Anything else continues as new, or fails the workflow task alone.
          if (error instanceof TemporalFailure) this.record(isCancellation(error) ? 'cancelled' : 'failed');
        },
      );
      return result;
    },
  };

  readonly outbound: WorkflowOutboundCallsInterceptor = {
    continueAsNew: (input, next) => {
      const startedAt = defaultPayloadConverter.toPayload({ startedAt: this.startedAt });
      return next({ ...input, headers: { ...input.headers, [header]: startedAt } });
    },
  };

  private record(outcome: 'completed' | 'cancelled' | 'failed'): void {
    metricMeter
      .createHistogram('longhaul_workflow_execution_time', 'int', 'ms', 'How long an execution took, over all its runs')
      .record(Math.max(0, workflowNow() - this.startedAt), { outcome });
  }
}

function readHeader(payload: Payload | undefined): number | undefined {
  if (!payload) return undefined;
  const { startedAt } = defaultPayloadConverter.fromPayload<{ startedAt?: unknown }>(payload);
  return typeof startedAt === 'number' ? startedAt : undefined;
}

/** A `longRunning` chain that began without the plugin tells it too. */
function readEnvelope(second: unknown): number | undefined {
  const { longhaul, startedAt } = (second ?? {}) as { longhaul?: unknown; startedAt?: unknown };
  return longhaul === 'envelope' && typeof startedAt === 'number' ? startedAt : undefined;
}
